import { FakeServer } from "./fakeServer.ts";

/** A Redis of a few commands. */
export class FakeRedis extends FakeServer {
  readonly values = new Map<string, string>();
  /** What each AUTH gave, in order. */
  readonly logins: string[][] = [];
  /** Answers these commands with this error text; all of them when `failing` is undefined. */
  errorReply: string | undefined;
  failing: Set<string> | undefined;

  get url(): string {
    return `redis://:secret-of-the-store@${this.host}:${this.port}/0`;
  }

  /** An array of bulk strings (RESP 2). */
  protected override parse(text: string): { request: string[]; length: number } | undefined {
    const header = /^\*(\d+)\r\n/.exec(text);
    if (header === null) return undefined;
    let at = header[0].length;
    const words: string[] = [];
    for (let left = Number(header[1]); left > 0; left -= 1) {
      const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 16));
      if (size === null) return undefined;
      const start = at + size[0].length;
      at = start + Number(size[1]) + 2;
      if (text.length < at) return undefined;
      words.push(text.slice(start, at - 2));
    }
    const [name = "", ...args] = words;
    return { request: [name.toUpperCase(), ...args], length: at };
  }

  protected override reply([command = "", ...args]: string[]): string {
    const fails = this.errorReply !== undefined && (this.failing?.has(command) ?? true);
    return fails ? `-${this.errorReply}\r\n` : this.#carryOut(command, args);
  }

  #carryOut(command: string, args: string[]): string {
    const [key = "", value = ""] = args;
    switch (command) {
      case "GET": {
        const found = this.values.get(key);
        return found === undefined ? "$-1\r\n" : `$${found.length}\r\n${found}\r\n`;
      }
      case "SET":
        this.values.set(key, value);
        return "+OK\r\n";
      case "DEL":
        return `:${this.values.delete(key) ? 1 : 0}\r\n`;
      case "PING":
        return "+PONG\r\n";
      case "AUTH":
        this.logins.push(args);
        return "+OK\r\n";
      case "CLIENT":
        return "+OK\r\n";
      default:
        return `-ERR unknown command '${command}'\r\n`;
    }
  }
}
