import { Answers } from "../doctor/answers.ts";
import type { Check } from "../doctor/check.ts";
import type { Found } from "../doctor/finding.ts";
import { stackOf, type Stack } from "../doctor/stack.ts";
import type { Overrides } from "../render/stackFile.ts";
import { FakeCluster, object } from "./fakeCluster.ts";
import { render } from "./rendered.ts";

/** Made each time, for overrides are put into it. A stack with one volume and without Ingress: what a test is about is put into it. */
const plain = (): Overrides => ({
  "namespace.name": "shop",
  storage: { kind: "existing", className: "block" },
  store: { replicas: 0 },
  app: { image: "ghcr.io/acme/shop:1.4.2" },
  ingress: null,
  affinity: { kind: "none" },
});

export const nfs = { kind: "nfs", nfs: { server: "127.0.0.1", path: "/export", mountOptions: ["nfsvers=4.1"] } };

const rendered = new Map<string, Promise<Stack>>();

/** A stack of project session-stack, rendered once. */
export function stack(overrides: Overrides = {}, name = "dev"): Promise<Stack> {
  const key = JSON.stringify([name, overrides]);
  const made = rendered.get(key) ?? render(name, { ...plain(), ...overrides }).then((all) => stackOf(name, all));
  rendered.set(key, made);
  return made;
}

/** What one check finds for a stack on a cluster. */
export async function found(check: Check, of: Stack, fake = new FakeCluster()): Promise<Found[]> {
  return check.finds(of, await Answers.gather(fake.cluster, check.asks(of), 5));
}

/** The same where the account may not read these kinds, or anything by its Secrets. */
export function closed(...kinds: string[]): FakeCluster {
  const fake = new FakeCluster();
  for (const kind of kinds) fake.forbidden.add(kind);
  return fake;
}

/** What a check says that may not read what it has to. */
export const unread = (what: string, kind: string): Found => ({
  status: "unknown",
  found: `${what} cannot be read: ${kind} is forbidden`,
  remedy: "have it looked at by an account that may read it",
});

/** A namespace with labels and annotations. */
export const namespaceWith = (name: string, fields: Parameters<typeof object>[3] = {}) =>
  object("Namespace", name, undefined, fields);

/** The label of an object of a stack of this instance. */
export const owned = (instance: string) => ({ labels: { "app.kubernetes.io/instance": instance } });
