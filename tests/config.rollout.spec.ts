import assert from "node:assert/strict";
import { inside, minimal, problemsOf, read, refuses, warned } from "./configs.ts";

// Whether the nodes have room for the pods, and the cluster the priority class, is not known here.

const pods = 'must be a number of pods, or a share of them such as "25%"';
const label = 'must be the value of a label: at most 63 letters, digits, "-", "_" and ".", or ""';
const name = 'must be at most 63 letters, digits, "-", "_" and ".", after a DNS name and "/" where it has an owner';
const stateful = { workload: "statefulset" };
const deploymentOnly = "is for workload deployment alone; remove it, or set app.workload to deployment";
const statefulOnly = "is for workload statefulset alone; remove it, or set app.workload to statefulset";

/** What is read of `app` with these keys beside its image. */
const app = async (values: object) => (await read({ app: { ...minimal.app, ...values } })).app;

describe("configuration of autoscaling", () => {
  it("needs two numbers and takes the place of replicas", async () => {
    const { autoscale, replicas } = await app({ autoscale: { min: 2, max: 2 } });
    assert.deepEqual(autoscale, { min: 2, max: 2, cpuPercent: 70, scaleDownSeconds: 300 });
    assert.equal(replicas, undefined);
  });

  it("takes a limit for the request, as the API server does", async () => {
    const resources = { requests: {}, limits: { cpu: "1" } };
    assert.deepEqual((await app({ autoscale: { min: 1, max: 2 }, resources })).resources, resources);
  });

  refuses(
    "app",
    inside([
      [{ autoscale: 5 }, ".autoscale must be an object (keys: min, max, cpuPercent, scaleDownSeconds), got 5"],
      [
        { autoscale: { cpuPercent: 0, scaleDownSeconds: 3601 } },
        ".autoscale.min is missing: it must be a whole number from 1 to 100",
        ".autoscale.max is missing: it must be a whole number from 1 to 1000",
        ".autoscale.cpuPercent must be a whole number from 1 to 1000, got 0",
        ".autoscale.scaleDownSeconds must be a whole number from 0 to 3600, got 3601",
      ],
      [{ autoscale: { min: 5, max: 4 } }, ".autoscale.min must be at most app.autoscale.max (4), got 5"],
      [{ autoscale: { min: 2, max: 4 }, replicas: 3 }, ".replicas and app.autoscale exclude each other; remove one"],
      [
        {
          autoscale: { min: 2, max: 4 },
          resources: { requests: { memory: "64Mi" } },
          // The application's own container is what is measured.
          sidecars: [{ name: "proxy", image: "proxy:1", resources: { requests: {} } }],
        },
        ".resources.requests.cpu is required with app.autoscale, which goes by the share of it that is used",
      ],
      [{ ...stateful, autoscale: { min: 2, max: 4 } }, `.autoscale ${deploymentOnly}`],
    ]),
  );
});

describe("configuration of a rollout", () => {
  it("takes numbers and shares", async () => {
    for (const [maxUnavailable, maxSurge] of [
      [0, 1],
      ["0%", "1%"],
      [1000, 0],
      ["100%", "0%"],
    ])
      assert.deepEqual((await app({ replicas: 100, rollout: { maxUnavailable, maxSurge } })).rollout, {
        maxUnavailable,
        maxSurge,
        minReadySeconds: 0,
        deadlineSeconds: 300,
        history: 10,
      });
  });

  refuses(
    "app",
    inside([
      ...[-1, 1.5, 1001, "25", "101%", "-5%", "05%", null].map((given): [object, string] => [
        { rollout: { maxSurge: given } },
        `.rollout.maxSurge ${pods}, got ${JSON.stringify(given)}`,
      ]),
      [{ rollout: { maxUnavailable: [1] } }, `.rollout.maxUnavailable ${pods}`],
      [
        { rollout: { minReadySeconds: -1, deadlineSeconds: 9, history: 101 } },
        ".rollout.minReadySeconds must be a whole number from 0 to 3600, got -1",
        ".rollout.deadlineSeconds must be a whole number from 10 to 3600, got 9",
        ".rollout.history must be a whole number from 0 to 100, got 101",
      ],
      ...[0, "0%"].flatMap((none): [object, string][] => [
        [
          { rollout: { maxSurge: none } },
          `.rollout.maxSurge must not be 0 where app.rollout.maxUnavailable is 0: no pod could be replaced, got ${JSON.stringify(none)}`,
        ],
        [
          { rollout: { maxSurge: none, maxUnavailable: "0%" } },
          `.rollout.maxSurge must not be 0 where app.rollout.maxUnavailable is 0: no pod could be replaced, got ${JSON.stringify(none)}`,
        ],
        [
          { ...stateful, rollout: { maxUnavailable: none } },
          `.rollout.maxUnavailable must not be 0 with workload statefulset: no pod could be replaced, got ${JSON.stringify(none)}`,
        ],
      ]),
      [
        { rollout: { minReadySeconds: 300 } },
        ".rollout.deadlineSeconds must be greater than app.rollout.minReadySeconds (300), for which each pod has to be ready, got 300",
      ],
    ]),
  );
});

describe("configuration of a stateful workload", () => {
  it("fills in the defaults of a claim", async () => {
    const { claim, rollout } = await app({ ...stateful, claim: {}, rollout: { partition: 3 } });
    assert.deepEqual(claim, { size: "1Gi", path: "/data" });
    assert.equal(rollout.partition, 3);
  });

  refuses(
    "app",
    inside([
      [
        { claim: {}, rollout: { order: "ordered", partition: 0 } },
        `.claim ${statefulOnly}`,
        `.rollout.order ${statefulOnly}`,
        `.rollout.partition ${statefulOnly}`,
      ],
      [{ ...stateful, rollout: { maxSurge: 1 } }, `.rollout.maxSurge ${deploymentOnly}`],
      [
        { ...stateful, rollout: { partition: 4 } },
        ".rollout.partition must be at most the number of pods, app.replicas (3), got 4",
      ],
      [
        { ...stateful, replicas: 1, rollout: { partition: 2 } },
        ".rollout.partition must be at most the number of pods, app.replicas (1), got 2",
      ],
      [{ ...stateful, rollout: { order: "random" } }, '.rollout.order must be ordered or parallel, got "random"'],
      [{ ...stateful, claim: "1Gi" }, '.claim must be an object (keys: size, path), got "1Gi"'],
      [
        { ...stateful, claim: { size: "big", path: "data" } },
        '.claim.size must be a quantity of memory or storage such as "256Mi" or "1Gi", got "big"',
        '.claim.path must be an absolute path: it starts with / and has no spaces, got "data"',
      ],
      [
        { ...stateful, claim: { path: "/" } },
        '.claim.path must be written the shortest way: not / alone, no / at its end, no empty part, no . or .., no ":", got "/"',
      ],
    ]),
  );
});

describe("configuration of the nodes that pods run on", () => {
  const exists = { operator: "Exists" };
  refuses(
    "app",
    inside([
      [{ scheduling: { spread: "even" } }, '.scheduling.spread must be preferred, required or none, got "even"'],
      [
        { scheduling: { antiAffinity: true } },
        ".scheduling.antiAffinity must be none, preferred or required, got true",
      ],
      [{ scheduling: { nodeSelector: ["a"] } }, ".scheduling.nodeSelector must map labels to values"],
      [{ scheduling: { nodeSelector: { "a b": "x" } } }, ".scheduling.nodeSelector.a b is not the key of a label"],
      [{ scheduling: { nodeSelector: { ssd: true } } }, `.scheduling.nodeSelector.ssd ${label}, got true`],
      [{ scheduling: { nodeSelector: { ssd: "-" } } }, `.scheduling.nodeSelector.ssd ${label}, got "-"`],
      [
        { scheduling: { priorityClassName: "High" } },
        '.scheduling.priorityClassName must be a DNS name in lower case, got "High"',
      ],
      [{ scheduling: { tolerations: exists } }, ".scheduling.tolerations must be a list of tolerations"],
      [
        { scheduling: { tolerations: [{ key: "a/b/c", operator: "Gt", value: "a b", effect: "Evict" }] } },
        `.scheduling.tolerations.0.key ${name}, got "a/b/c"`,
        '.scheduling.tolerations.0.operator must be Exists or Equal, got "Gt"',
        `.scheduling.tolerations.0.value ${label}, got "a b"`,
        '.scheduling.tolerations.0.effect must be NoSchedule, PreferNoSchedule or NoExecute, got "Evict"',
      ],
      [
        { scheduling: { tolerations: [{}, { ...exists, value: "x" }, { operator: "Equal" }] } },
        ".scheduling.tolerations.0.operator is missing: it must be Exists where no key is given",
        ".scheduling.tolerations.1.value is for operator Equal; remove it",
        '.scheduling.tolerations.2.operator must be Exists where no key is given, got "Equal"',
      ],
      [
        {
          scheduling: {
            tolerations: [
              { ...exists, tolerationSeconds: 5 },
              { ...exists, effect: "NoSchedule", tolerationSeconds: 5 },
            ],
          },
        },
        ".scheduling.tolerations.0.effect is missing: it must be NoExecute where tolerationSeconds is given",
        '.scheduling.tolerations.1.effect must be NoExecute where tolerationSeconds is given, got "NoSchedule"',
      ],
    ]),
  );
});

describe("warnings of the application", () => {
  const alone = (key: string) =>
    `app.${key} 1 in prod: nobody is served while the only pod moves to another node. Use 2 or more.`;
  const gone = (given: string) =>
    `app.rollout.maxUnavailable ${given}: a rollout may take every pod away at once, and then nobody is served.`;
  const none =
    "app.health.kind none: pods get requests before they can serve, so every rollout loses some, and a pod that hangs is not restarted. Use http, tcp or exec.";
  const baseline =
    "app.podSecurity baseline in prod: the application may run as root. Use restricted where its image can do without.";

  const cases: [stack: string, values: object, ...lines: string[]][] = [
    ["prod", { replicas: 2 }],
    ["dev", { replicas: 1, podSecurity: "baseline" }],
    ["prod", { replicas: 1 }, alone("replicas")],
    ["prod", { autoscale: { min: 1, max: 9 } }, alone("autoscale.min")],
    ["prod", { podSecurity: "baseline" }, baseline],
    ["dev", { health: { kind: "none" } }, none],
    ["dev", { rollout: { maxUnavailable: 2 } }],
    ["dev", { rollout: { maxUnavailable: "99%" } }],
    ["dev", { rollout: { maxUnavailable: 3 } }, gone("3 of 3")],
    ["dev", { rollout: { maxUnavailable: "100%" } }, gone("100% of 3")],
    ["dev", { rollout: { maxUnavailable: 2 }, autoscale: { min: 2, max: 9 } }, gone("2 of 2")],
  ];
  for (const [stack, values, ...lines] of cases) {
    it(`${lines.length} in stack ${stack} for ${JSON.stringify(values)}`, async () => {
      const store = { tls: { secretName: "store-tls" } };
      assert.deepEqual(await warned({ store, app: { ...minimal.app, ...values } }, { stack }), lines);
    });
  }
});

describe("all that is wrong with how pods are replaced", () => {
  it("is told at once", async () => {
    const values = { replicas: 3, autoscale: { min: 3, max: 2 }, rollout: { maxSurge: 0, minReadySeconds: 400 } };
    assert.deepEqual(await problemsOf({ app: { ...minimal.app, ...values } }), [
      "shop:app.replicas and app.autoscale exclude each other; remove one",
      "shop:app.autoscale.min must be at most app.autoscale.max (2), got 3",
      "shop:app.rollout.maxSurge must not be 0 where app.rollout.maxUnavailable is 0: no pod could be replaced, got 0",
      "shop:app.rollout.deadlineSeconds must be greater than app.rollout.minReadySeconds (400), for which each pod has to be ready, got 300",
    ]);
  });
});
