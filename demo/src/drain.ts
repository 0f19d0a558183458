import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How a server comes to its end without failing a request. */
export interface Drainable {
  /** Serves on, and asks whoever keeps a connection to open the next elsewhere: each answer is the last of its own. */
  retire: () => void;
  /**
   * Stops accepting, lets open requests finish, closes connections as they fall idle. True when all ended by themselves,
   * false when the rest was cut off after `deadlineMs`. Call it once.
   */
  drain: (deadlineMs: number) => Promise<boolean>;
}

/** A connection accepted just before has this long to send its first request: a proxy may be about to. */
const FIRST_REQUEST_MS = 1000;

interface Connection {
  readonly socket: Socket;
  readonly open: Set<ServerResponse>;
  used: boolean;
}

/**
 * Watches `server` from now on. Node's own `closeIdleConnections` is not enough: it spares for a minute connections that
 * never sent a request (browsers open them ahead), and for the keep-alive time those that were busy when it was called.
 */
export function drainable(server: Server): Drainable {
  const connections = new Map<Socket, Connection>();
  let retired = false;
  let draining = false;
  const close = ({ socket, open }: Connection): void => {
    if (open.size === 0) socket.destroySoon();
  };

  server.on("connection", (socket) => {
    connections.set(socket, { socket, open: new Set(), used: false });
    socket.once("close", () => connections.delete(socket));
  });
  // First in line: the application may answer within its own listener.
  server.prependListener("request", (req, res) => {
    const connection = connections.get(req.socket);
    if (connection === undefined) return;
    connection.used = true;
    connection.open.add(res);
    if (retired) res.setHeader("Connection", "close");
    res.once("close", () => {
      connection.open.delete(res);
      if (draining) close(connection);
    });
  });

  const retire = (): void => {
    retired = true;
    for (const { open } of connections.values())
      for (const res of open) if (!res.headersSent) res.setHeader("Connection", "close");
  };
  const drain = async (deadlineMs: number): Promise<boolean> => {
    retire();
    draining = true;
    let clean = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of connections.values()) if (connection.used) close(connection);
    const timers = [
      setTimeout(() => connections.forEach(close), FIRST_REQUEST_MS),
      setTimeout(() => {
        clean = false;
        connections.forEach(({ socket }) => socket.destroy());
      }, deadlineMs),
    ];
    await closed;
    timers.forEach(clearTimeout);
    return clean;
  };
  return { retire, drain };
}
