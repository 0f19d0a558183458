import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** A server of requests and replies on loopback, whose failures can be chosen. */
export abstract class FakeServer {
  /** Names of the commands received, in order. */
  readonly received: string[] = [];
  /** Number of connections accepted so far. */
  connections = 0;
  /** Accepts connections and reads, yet answers nothing, like a stopped process, until release(). */
  silent = false;
  /** Called after each answer, to change the behaviour from there on. */
  afterReply: (command: string) => void = () => undefined;

  protected readonly host: string;
  #server: Server | undefined;
  readonly #held: (() => void)[] = [];
  readonly #sockets = new Set<Socket>();
  #port: number;

  /** On a loopback address; port 0 is a free one. */
  constructor(host = "127.0.0.1", port = 0) {
    this.host = host;
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  /** What clients connect with. */
  abstract get url(): string;

  /** Splits off the first complete request, one byte a character; undefined when there is none yet. */
  protected abstract parse(text: string): { request: string[]; length: number } | undefined;

  /** The answer, one byte a character; called when it is sent. */
  protected abstract reply(request: string[]): string;

  /** Listens; after stop() on the same port. */
  async start(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    server.listen(this.#port, this.host);
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
    // One byte a character: the lengths of the protocols count bytes.
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      pending += chunk;
      for (let parsed = this.parse(pending); parsed !== undefined; parsed = this.parse(pending)) {
        pending = pending.slice(parsed.length);
        this.#answer(socket, parsed.request);
      }
    });
  }

  #answer(socket: Socket, request: string[]): void {
    this.received.push(request[0] ?? "");
    const send = (): void => {
      socket.write(this.reply(request), "latin1");
      this.afterReply(request[0] ?? "");
    };
    if (this.silent) this.#held.push(send);
    else send();
  }
}
