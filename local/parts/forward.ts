import { connect } from "node:net";
import type { Settings } from "../settings.ts";
import type { Part } from "./part.ts";

/** The machine's ports and those of the ingress controller they lead to, by name of the process. */
const forwards = [
  { name: "forward", from: "port", to: 80 },
  { name: "forward-tls", from: "tlsPort", to: 443 },
] as const satisfies { name: string; from: keyof Settings; to: number }[];

/** The machine's loopback ports that lead to the ingress controller: plain, and with TLS, which ends there. */
export const forward: Part = {
  name: "port forward",
  processes: forwards.map(({ name }) => name),
  deadlineSeconds: 10,
  async start(node) {
    for (const { name, from, to } of forwards) {
      const listen = `TCP-LISTEN:${node.settings[from]},bind=127.0.0.1,reuseaddr,fork`;
      await node.launch(name, ["socat", listen, `TCP:${node.settings.addresses.node}:${to}`], "machine");
    }
  },
  ready: async (node) => (await Promise.all(forwards.map(({ from }) => answers(node.settings[from])))).every(Boolean),
  async stop(node) {
    for (const { name } of forwards) await node.end(name, 1);
  },
};

/** True if something listens there. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
