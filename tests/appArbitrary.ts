import fc from "fast-check";
import { appSecretKeys } from "../config/appSecrets.ts";
import { dnsName, image, optional, path, secretEntry } from "./configParts.ts";

/** Arbitrary applications that the schema accepts. */

const variable = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/);
const text = fc.string({ unit: "grapheme" });
const dictionary = { noNullPrototype: true, maxKeys: 4 };

/** Requests within the limits. */
const resources = fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.nat(4000)).map(([request, more]) => ({
  requests: { cpu: `${request}m`, memory: `${request}Mi` },
  limits: { cpu: `${request + more}m`, memory: `${request + more}Mi` },
}));

const ours = ["SESSION_STORE_CA", "SESSION_SECRET", "POD_NAME"];
const env = fc.dictionary(
  variable.filter((name) => !ours.includes(name) && !/^(REDIS_URL|HIDDEN_)/.test(name)),
  text,
  dictionary,
);
const secretEnv = fc.dictionary(
  variable.map((name) => `HIDDEN_${name}`),
  fc.oneof(fc.record({ name: dnsName, key: secretEntry }), fc.record({ config: fc.constantFrom("token", "api-key") })),
  dictionary,
);

/** The same name in several folders, one of which is in another. */
const files = fc.dictionary(
  fc
    .tuple(
      fc.constantFrom("/etc/shop", "/opt", "/opt/etc", "/tmp", "/data"),
      fc.stringMatching(/^[-.\w]{1,3}$/).filter((name) => name !== "." && !name.startsWith("..") && name !== "etc"),
    )
    .map(([folder, name]) => `${folder}/${name}`),
  text,
  dictionary,
);

const words = fc.array(text, { maxLength: 3 });
const container = fc.record(
  { image, command: words, args: words, env, secretEnv, resources },
  { requiredKeys: ["image"] },
);
const initContainers = fc
  .array(container, { maxLength: 2 })
  .map((list) => list.map((one, index) => ({ name: `init-${index}`, ...one })));
/** Ports above those that the application listens on. */
const sidecars = fc
  .array(fc.tuple(container, fc.constantFrom("quiet", "listens", "is asked")), { maxLength: 2 })
  .map((list) =>
    list.map(([one, way], index) => ({
      name: `sidecar-${index}`,
      ...one,
      ...(way === "quiet" ? {} : { port: 60_001 + index }),
      ...(way === "is asked" ? { ready: "/ready?all" } : {}),
    })),
  );

const port = fc.integer({ min: 1, max: 60_000 });
const timing = { startupSeconds: fc.integer({ min: 1, max: 3600 }), unreadySeconds: fc.integer({ min: 2, max: 300 }) };
const command = fc.array(text, { minLength: 1, maxLength: 3 });
const health = fc.oneof(
  optional({ kind: fc.constant("http"), live: path, ready: path, port, ...timing }),
  fc.record({ kind: fc.constant("tcp"), port, ...timing }, { requiredKeys: ["kind"] }),
  fc.record(
    { kind: fc.constant("exec"), live: command, ready: command, ...timing },
    { requiredKeys: ["kind", "live", "ready"] },
  ),
  fc.constant({ kind: "none" }),
);

const key = fc.constantFrom("pool", "shop.example/pool");
const value = fc.constantFrom("", "web", "A_1.b");
const effect = fc.constantFrom("NoSchedule", "PreferNoSchedule", "NoExecute");
const toleration = fc.oneof(
  fc.record({ operator: fc.constant("Exists"), key, effect }, { requiredKeys: ["operator"] }),
  fc.record({ operator: fc.constant("Equal"), key, value, effect }, { requiredKeys: ["key"] }),
  fc.record({ key, effect: fc.constant("NoExecute"), tolerationSeconds: fc.nat(86_400) }),
);
const scheduling = optional({
  spread: fc.constantFrom("preferred", "required", "none"),
  antiAffinity: fc.constantFrom("none", "preferred", "required"),
  nodeSelector: fc.dictionary(key, value, { noNullPrototype: true }),
  tolerations: fc.array(toleration, { maxLength: 3 }),
  // The one that every cluster has.
  priorityClassName: fc.constant("system-cluster-critical"),
});

const user = fc.constantFrom(
  ...[{}, { runAsUser: 1000 }, { podSecurity: "restricted" }, { podSecurity: "baseline", runAsUser: 0 }],
);
const end = fc.oneof(
  fc.constant({}),
  fc.nat(300).map((drainSeconds) => ({ drainSeconds })),
  fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 300 })).map(([drainSeconds, more]) => ({
    drainSeconds,
    graceSeconds: drainSeconds + more,
  })),
);

const anyWorkload = fc.record(
  {
    image,
    pullSecrets: fc.uniqueArray(dnsName, { maxLength: 3 }),
    port,
    scheduling,
    sessionEnv: fc.constant("REDIS_URL"),
    session: optional({ cookie: fc.constant("sid"), ttlSeconds: fc.integer({ min: 3600, max: 31_536_000 }) }),
    command: words,
    args: words,
    env,
    secretEnv,
    files,
    health,
    resources,
    initContainers,
    sidecars,
    readOnlyRoot: fc.boolean(),
    writable: fc.uniqueArray(fc.constantFrom("/tmp", "/var/cache", "/run")),
  },
  { requiredKeys: ["image"] },
);

const rollout = {
  minReadySeconds: fc.nat(299),
  deadlineSeconds: fc.integer({ min: 301, max: 3600 }),
  history: fc.nat(100),
};
const some = fc.constantFrom(1, 7, "1%", "100%");
const none = fc.constantFrom(0, "0%");

const deployment = fc.record(
  {
    workload: fc.constant("deployment"),
    rollout: fc.oneof(
      optional({ ...rollout, maxUnavailable: some, maxSurge: fc.oneof(some, none) }).filter(
        ({ maxUnavailable, maxSurge }) => maxUnavailable !== undefined || ![0, "0%"].includes(maxSurge ?? 1),
      ),
      optional({ ...rollout, maxUnavailable: none, maxSurge: some }),
    ),
  },
  { requiredKeys: [] },
);
const count = fc.integer({ min: 1, max: 100 });
const scale = fc.oneof(
  fc.constant({}),
  count.map((replicas) => ({ replicas })),
  fc
    .tuple(count, fc.nat(900), optional({ cpuPercent: count, scaleDownSeconds: fc.nat(3600) }))
    .map(([min, more, rest]) => ({ autoscale: { min, max: min + more, ...rest } })),
);

const statefulset = fc.record(
  {
    workload: fc.constant("statefulset"),
    replicas: fc.integer({ min: 3, max: 100 }),
    claim: fc.option(optional({ size: fc.constantFrom("1Gi", "500M"), path: fc.constantFrom("/data", "/srv/data") })),
    rollout: optional({
      ...rollout,
      maxUnavailable: some,
      order: fc.constantFrom("ordered", "parallel"),
      partition: fc.nat(3),
    }),
  },
  { requiredKeys: ["workload"] },
);

/** Whose pods keep their names. */
export const statefulApp = fc
  .tuple(anyWorkload, user, end, statefulset)
  .map(([one, two, three, four]) => ({ ...one, ...two, ...three, ...four }));

const deployedApp = fc
  .tuple(anyWorkload, user, end, deployment, scale)
  .map(([one, two, three, four, five]) => ({ ...one, ...two, ...three, ...four, ...five }));

export const anyApp = fc.oneof(deployedApp, statefulApp);

/** The top-level keys that an application takes secrets from, as they stand in a stack's file. */
export function secretsOf(app: unknown): Record<string, { secure: string }> {
  return Object.fromEntries(appSecretKeys(app).map((each) => [each, { secure: "v1:hush" }]));
}

/** Values of a stack's file as the engine hands them over: secrets in plain text, and which these are. */
export function decrypted(values: Record<string, unknown>) {
  const secretKeys = Object.keys(values).filter((each) => Object.keys(values[each] ?? {})[0] === "secure");
  return {
    values: { ...values, ...Object.fromEntries(secretKeys.map((each) => [each, '{"hush": 1.0}'])) },
    secretKeys,
  };
}
