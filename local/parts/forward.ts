import { connect } from "node:net";
import type { Part } from "./part.ts";

/** The machine's loopback port that leads to the ingress controller. */
export const forward: Part = {
  name: "port forward",
  processes: ["forward"],
  deadlineSeconds: 10,
  async start(node) {
    const { port, addresses } = node.settings;
    const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`;
    await node.launch("forward", ["socat", listen, `TCP:${addresses.node}:80`], "machine");
  },
  ready: (node) =>
    new Promise((resolve) => {
      const socket = connect(node.settings.port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    }),
  stop: (node) => node.end("forward", 1),
};
