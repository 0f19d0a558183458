import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** A Redis of a few commands on loopback, whose failures can be chosen. */
export class FakeRedis {
  readonly values = new Map<string, string>();
  /** Names of the commands received, in order. */
  readonly received: string[] = [];
  /** Number of connections accepted so far. */
  connections = 0;
  /** Answers these commands with this error text; all of them when `failing` is undefined. */
  errorReply: string | undefined;
  failing: Set<string> | undefined;
  /** Accepts connections and reads, yet answers nothing, like a stopped process, until release(). */
  silent = false;
  /** Called after each answer, to change the behaviour from there on. */
  afterReply: (command: string) => void = () => undefined;

  readonly #host: string;
  #server: Server | undefined;
  readonly #held: (() => void)[] = [];
  readonly #sockets = new Set<Socket>();
  #port: number;

  /** On a loopback address; port 0 is a free one. */
  constructor(host = "127.0.0.1", port = 0) {
    this.#host = host;
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `redis://:secret-of-the-store@${this.#host}:${this.#port}/0`;
  }

  /** Listens; after stop() on the same port. */
  async start(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    server.listen(this.#port, this.#host);
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Cuts every connection and refuses new ones. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, "close");
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Answers what came while it was silent, and from now on. */
  release(): void {
    this.silent = false;
    for (const answer of this.#held.splice(0)) answer();
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    let pending = "";
    // One byte a character: the lengths of the protocol count bytes.
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      const { commands, rest } = parseCommands(pending + chunk);
      pending = rest;
      for (const command of commands) this.#answer(socket, command);
    });
  }

  #answer(socket: Socket, [name = "", ...args]: string[]): void {
    const command = name.toUpperCase();
    this.received.push(command);
    if (this.silent) {
      this.#held.push(() => this.#send(socket, command, args));
      return;
    }
    this.#send(socket, command, args);
  }

  #send(socket: Socket, command: string, args: string[]): void {
    const fails = this.errorReply !== undefined && (this.failing?.has(command) ?? true);
    socket.write(fails ? `-${this.errorReply}\r\n` : this.#reply(command, args), "latin1");
    this.afterReply(command);
  }

  #reply(command: string, [key = "", value = ""]: string[]): string {
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
      case "CLIENT":
        return "+OK\r\n";
      default:
        return `-ERR unknown command '${command}'\r\n`;
    }
  }
}

/** Splits off the complete commands: arrays of bulk strings (RESP 2). */
function parseCommands(text: string): { commands: string[][]; rest: string } {
  const commands: string[][] = [];
  let rest = text;
  for (;;) {
    const parsed = parseCommand(rest);
    if (parsed === undefined) return { commands, rest };
    commands.push(parsed.command);
    rest = rest.slice(parsed.length);
  }
}

function parseCommand(text: string): { command: string[]; length: number } | undefined {
  const header = /^\*(\d+)\r\n/.exec(text);
  if (header === null) return undefined;
  let at = header[0].length;
  const command: string[] = [];
  for (let left = Number(header[1]); left > 0; left -= 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 16));
    if (size === null) return undefined;
    const start = at + size[0].length;
    at = start + Number(size[1]) + 2;
    if (text.length < at) return undefined;
    command.push(text.slice(start, at - 2));
  }
  return { command, length: at };
}
