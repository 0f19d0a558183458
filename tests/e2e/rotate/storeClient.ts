import { createServer, type AddressInfo, type Socket } from "node:net";
import { PortForward } from "@kubernetes/client-node";
import { createClient } from "redis";
import * as names from "../../../components/redis/names.ts";
import type { DeployedStack } from "../../../deploy/stack.ts";

/** A port of this machine that leads to a member of the store. */
export interface Tunnel {
  port: number;
  close(): Promise<void>;
}

/** Opens a tunnel through the API server, as `kubectl port-forward` does. */
export async function openTunnel({ cluster, outputs }: DeployedStack, pod: string): Promise<Tunnel> {
  const forward = new PortForward(cluster.config);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => undefined));
    forward
      .portForward(outputs.namespace, pod, [names.port], socket, null, socket)
      .catch((error: Error) => socket.destroy(error));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Connects as the application does, once: a connection that breaks fails the next command. */
export async function storeClient({ port }: Tunnel, password: string) {
  const client = createClient({
    url: `redis://app:${password}@127.0.0.1:${port}/0`,
    socket: { reconnectStrategy: false, connectTimeout: 5000 },
    commandOptions: { timeout: 5000 },
  });
  client.on("error", () => undefined); // The command that meets it fails, too.
  return client.connect();
}

/** The password that new clients get. */
export async function currentPassword({ cluster, outputs }: DeployedStack): Promise<string> {
  const { namespace } = outputs;
  const { data } = await cluster.core.readNamespacedSecret({ name: names.secret, namespace });
  return Buffer.from(data?.password ?? "", "base64").toString();
}
