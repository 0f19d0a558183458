import { createHash } from "node:crypto";
import * as names from "../../components/redis/names.ts";
import { orUndefined, type Cluster } from "../cluster.ts";
import { eventually } from "../eventually.ts";
import { exec } from "../exec.ts";
import { annotate } from "./annotate.ts";

/** Seconds for the kubelet to refresh a pod's files of a Secret, which takes up to its sync period of a minute and more. */
const refreshDeadline = 240;
/** Seconds for a member to answer: it may be restarting. */
const answerDeadline = 60;

/** The members of a store, as far as passwords go. It remembers those it has seen, to see them refused afterwards. */
export class Members {
  readonly #cluster: Cluster;
  readonly #namespace: string;
  readonly #exec: typeof exec;
  /** Passwords by `<user>-<version>`. */
  readonly #seen = new Map<string, string>();

  constructor(cluster: Cluster, namespace: string, execute = exec) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#exec = execute;
  }

  /** Remembers the passwords that the cluster has, if any: the next deployment may drop them. */
  async remember(): Promise<void> {
    await this.#passwords();
  }

  /**
   * Waits until every member has loaded the passwords that the cluster has, then tries them all: those of the Secret must
   * be accepted, others that were seen before must be refused.
   * @throws Error naming the member that does not follow.
   */
  async follow(): Promise<void> {
    const passwords = await this.#passwords();
    const members = await this.#members();
    for (const member of members) await this.#hurry(member);
    await Promise.all(members.map((member) => this.#loaded(member, digest(passwords))));
    for (const member of members) {
      for (const [key, password] of this.#seen) {
        await this.#mustAnswer(member, key, password, passwords[key] === password ? "yes" : "no");
      }
    }
  }

  async #passwords(): Promise<Record<string, string>> {
    const name = { name: names.usersSecret, namespace: this.#namespace };
    const { data = {} } = (await orUndefined(this.#cluster.core.readNamespacedSecret(name))) ?? {};
    const values = Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()] as const),
    );
    for (const [key, value] of Object.entries(values)) if (/-\d+$/.test(key)) this.#seen.set(key, value);
    return values;
  }

  async #members(): Promise<string[]> {
    const { spec } = await this.#cluster.apps.readNamespacedStatefulSet({
      name: names.statefulSet,
      namespace: this.#namespace,
    });
    return Array.from({ length: spec?.replicas ?? 1 }, (_, ordinal) => `${names.statefulSet}-${ordinal}`);
  }

  /** Any change of a pod makes the kubelet look at its files at once; by itself it does so about once a minute. */
  async #hurry(name: string): Promise<void> {
    const annotations = { "session-stack/refreshed": new Date().toISOString() };
    const patch = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: this.#namespace, annotations } };
    await annotate(this.#cluster, patch);
  }

  #loaded(member: string, wanted: string): Promise<boolean> {
    return eventually(`${member} to load the changed passwords`, refreshDeadline, async () => {
      const loaded = await this.#run(member, ["cat", "/run/session-store/secrets-digest"]);
      return loaded.startsWith(wanted);
    });
  }

  async #mustAnswer(member: string, key: string, password: string, wanted: "yes" | "no"): Promise<void> {
    const user = key.replace(/-\d+$/, "");
    const command = ["sh", "/etc/session-store/accepts.sh", user];
    const answer = await eventually(`${member} to say whether it accepts ${key}`, answerDeadline, () =>
      this.#run(member, command, `${password}\n`),
    );
    if (answer.trim() === wanted) return;
    throw new Error(`${member} ${wanted === "yes" ? "refuses" : "still accepts"} password ${key}`);
  }

  #run(member: string, command: string[], input?: string): Promise<string> {
    return this.#exec(this.#cluster, this.#namespace, member, command, input);
  }
}

/** As watch.sh notes it: of all values one after the other, in the order of their names. */
function digest(values: Record<string, string>): string {
  const hash = createHash("sha256");
  for (const key of Object.keys(values).sort()) hash.update(values[key] ?? "");
  return hash.digest("hex");
}
