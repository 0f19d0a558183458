import { FakeServer } from "./fakeServer.ts";

/** A Memcached of a few commands of the text protocol (memcached's protocol.txt). */
export class FakeMemcached extends FakeServer {
  /** With the flags and the expiry as they came. */
  readonly values = new Map<string, { value: string; flags: string; expiry: number }>();
  /** Answers get, set and delete with this line. */
  errorReply: string | undefined;

  get url(): string {
    return `memcached://${this.host}:${this.port}`;
  }

  /** The words of the command line; for set, and then the value. */
  protected override parse(text: string): { request: string[]; length: number } | undefined {
    const end = text.indexOf("\r\n");
    if (end === -1) return undefined;
    const words = text.slice(0, end).split(" ");
    if (words[0] !== "set") return { request: words, length: end + 2 };
    const start = end + 2;
    const length = start + Number(words[4]) + 2;
    return text.length < length
      ? undefined
      : { request: [...words.slice(0, 4), text.slice(start, length - 2)], length };
  }

  protected override reply([command = "", key = "", flags = "", expiry = "", value = ""]: string[]): string {
    if (command === "version") return "VERSION 1.6.18\r\n";
    if (this.errorReply !== undefined) return `${this.errorReply}\r\n`;
    switch (command) {
      case "get": {
        const found = this.values.get(key);
        if (found === undefined) return "END\r\n";
        return `VALUE ${key} ${found.flags} ${found.value.length}\r\n${found.value}\r\nEND\r\n`;
      }
      case "set":
        this.values.set(key, { value, flags, expiry: Number(expiry) });
        return "STORED\r\n";
      case "delete":
        return this.values.delete(key) ? "DELETED\r\n" : "NOT_FOUND\r\n";
      default:
        return "ERROR\r\n";
    }
  }
}
