import { storeClientLabel } from "../../components/labels.ts";
import { clientHost, port, primaryHost } from "../../components/redis/names.ts";
import { storePod } from "../../components/redis/pod.ts";
import { restrictedContainer } from "../../components/podSecurity.ts";
import { connect, type Cluster } from "../../deploy/cluster.ts";
import { eventually } from "../../deploy/eventually.ts";
import { exec } from "../../deploy/exec.ts";
import { deployStack, destroyStack, type StackOptions } from "../../deploy/stack.ts";
import { askMember, presentMembers, primary, type StorePlace } from "../../deploy/store/place.ts";
import { selfSigned } from "../../demo/tests/certificate.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { isReady, readPod } from "../../tests/e2e/proof/pods.ts";
import { loadCommand, parseBurst, type Burst } from "./loadTool.ts";

/** Secret with the servers' certificate. */
export const tlsSecret = "bench-tls";
const caFolder = "/etc/bench-tls";
/** Where a server with TLS also speaks plain text, once {@link Side.openPlainPort} was called. */
const plainPort = 6380;

const engine = "valkey";
const loader = "load";

/** Seconds for a pod to run, for replicas to have all, and for an append-only file to be written anew. */
const deadline = 60;

/** How a burst connects. */
export type Link = "plain" | "tls" | "plain beside tls";

/** One of the stores that are compared: a stack of its own, and a pod that loads it. */
export class Side implements StorePlace {
  readonly namespace: string;
  readonly cluster: Cluster;
  readonly report: (line: string) => void;
  #options: StackOptions;

  constructor(options: StackOptions, report: (line: string) => void) {
    this.#options = options;
    this.namespace = `session-stack-${options.stack}`;
    this.cluster = connect(this.#options.target);
    this.report = report;
  }

  /** Deploys the stack, with changes that stay, and waits until all of it is ready. */
  async deploy(changes: Overrides): Promise<void> {
    this.#options = { ...this.#options, overrides: { ...this.#options.overrides, ...changes } };
    await deployStack(this.#options);
    // For the time of this namespace: see loadCommand.
    await this.#expectOk("acl", "setuser", "app", "nopass");
  }

  /** Removes the stack with all that is in its namespace; none is fine. */
  async destroy(): Promise<void> {
    await destroyStack(this.#options);
  }

  /** Makes the servers' certificate, and the pod that {@link burst} runs in: on the node, with the servers' image. */
  async prepare(): Promise<void> {
    const { cluster, namespace } = this;
    const { certificate, key } = selfSigned(clientHost(namespace));
    const stringData = { "tls.crt": certificate, "tls.key": key, "ca.crt": certificate };
    await cluster.core.createNamespacedSecret({ namespace, body: { metadata: { name: tlsSecret }, stringData } });
    const { spec } = await readPod(this, primary);
    await cluster.core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name: loader, labels: storeClientLabel },
        spec: {
          ...storePod(),
          // It has nothing to end.
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: loader,
              image: spec?.containers[0]?.image,
              command: ["sleep", "infinity"],
              securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
              volumeMounts: [{ name: "ca", mountPath: caFolder, readOnly: true }],
            },
          ],
          volumes: [{ name: "ca", secret: { secretName: tlsSecret, items: [{ key: "ca.crt", path: "ca.crt" }] } }],
        },
      } as never,
    });
    await eventually(`pod ${loader} to be ready`, deadline, async () => isReady(await readPod(this, loader)));
  }

  /** Lets a server with TLS listen without it as well: what differs then is the link alone. */
  async openPlainPort(): Promise<void> {
    await this.#expectOk("config", "set", "port", String(plainPort));
  }

  /** Sets the durability of all members as they run, which is one directive of redis.conf. */
  async setDurability(durability: "always" | "everysec"): Promise<void> {
    for (const member of await presentMembers(this))
      await askMember(this, member, "config", "set", "appendfsync", durability);
  }

  /** Writes at full speed. At the pod's own address, for no Service knows {@link plainPort}. */
  async burst(link: Link, requests: number): Promise<Burst> {
    const command = loadCommand({
      engine,
      host: primaryHost(this.namespace),
      port: link === "plain beside tls" ? plainPort : port,
      caFile: link === "tls" ? `${caFolder}/ca.crt` : null,
      requests,
    });
    return parseBurst(await exec(this.cluster, this.namespace, loader, command));
  }

  /**
   * Removes all sessions, waits until replicas have done so, too, and lets each member begin a new append-only file:
   * nothing of this burst is left to do during the next one of the other side, and none meets a rewrite.
   */
  async empty(): Promise<void> {
    const members = await presentMembers(this);
    const replicas = members.length - 1;
    const lines = `flushall\\nwait ${replicas} ${deadline * 1000}\\n`;
    const answer = await exec(this.cluster, this.namespace, primary, [
      "sh",
      "-c",
      `printf '${lines}' | sh /etc/session-store/ask.sh`,
    ]);
    if (answer.trim() !== `OK\n${replicas}`)
      throw new Error(`${this.namespace} could not be emptied: ${answer.trim()}`);
    for (const member of members) {
      await askMember(this, member, "bgrewriteaof");
      await eventually(`${member} to rewrite its append-only file`, deadline, async () => {
        const info = await askMember(this, member, "info", "persistence");
        return /^aof_rewrite_in_progress:0/m.test(info) && /^aof_rewrite_scheduled:0/m.test(info);
      });
    }
  }

  /** Engine and version, such as "valkey 8.1.1". */
  async version(): Promise<string> {
    const info = await askMember(this, primary, "info", "server");
    return `${engine} ${/^valkey_version:(\S+)/m.exec(info)?.[1]}`;
  }

  async #expectOk(...command: string[]): Promise<void> {
    const answer = await askMember(this, primary, ...command);
    if (answer !== "OK") throw new Error(`${primary} of ${this.namespace} answered to ${command[0]}: ${answer}`);
  }
}
