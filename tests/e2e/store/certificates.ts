import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type PeerCertificate } from "node:tls";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import * as names from "../../../components/redis/names.ts";
import { authority, issue } from "../../../demo/tests/certificate.ts";
import type { Cluster } from "../../../deploy/cluster.ts";
import { exec } from "../../../deploy/exec.ts";
import type { Pods } from "../proof/pods.ts";
import type { Tunnel } from "../rotate/storeClient.ts";

/** Secret with the certificates of a store. */
export const tlsSecret = "store-tls";

/** What is in that Secret, as cert-manager writes it. */
export interface Certificates {
  "tls.crt": string;
  "tls.key": string;
  "ca.crt": string;
}

/** Certificates for a store in a namespace, by a new authority. */
export function newCertificates(namespace: string): Certificates {
  // Two of one name are told apart by a failing signature alone, which servers report in other words.
  const ca = authority(`session store ${randomUUID()}`);
  // The one name that docs/operations/tls.md asks for.
  const { certificate, key } = issue(ca, [names.clientHost(namespace)]);
  return { "tls.crt": certificate, "tls.key": key, "ca.crt": ca.certificate };
}

/** Makes the namespace with the Secret in it, before the stack comes. */
export async function createWithNamespace({ core }: Cluster, namespace: string, certificates: Certificates) {
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  const body = { metadata: { name: tlsSecret }, type: "kubernetes.io/tls", stringData: { ...certificates } };
  await core.createNamespacedSecret({ namespace, body });
}

/** Puts other certificates into the Secret, as a renewal does. */
export async function renew({ cluster, namespace }: Pods, certificates: Certificates): Promise<void> {
  const body = { stringData: certificates };
  const options = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  await cluster.core.patchNamespacedSecret({ name: tlsSecret, namespace, body }, options);
}

/**
 * The certificate that a server shows at the end of a tunnel.
 * @param ca the authority that it is checked by
 * @param servername the name that it is checked for
 * @throws Error when it is not to be trusted.
 */
export async function shownCertificate({ port }: Tunnel, ca: string, servername: string): Promise<PeerCertificate> {
  const socket = connect({ host: "127.0.0.1", port, ca, servername });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(5000) });
    return socket.getPeerCertificate();
  } finally {
    socket.destroy();
  }
}

/** The ports that something in a pod listens on. @see https://docs.kernel.org/networking/proc_net_tcp.html */
export async function listeningPorts({ cluster, namespace }: Pods, pod: string): Promise<number[]> {
  const table = await exec(cluster, namespace, pod, ["cat", "/proc/net/tcp", "/proc/net/tcp6"]);
  const ports = [...table.matchAll(/^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:0000 0A /gm)].map(([, hex]) => hex);
  return [...new Set(ports.map((hex = "") => parseInt(hex, 16)))].sort((one, other) => one - other);
}
