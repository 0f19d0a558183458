import assert from "node:assert/strict";
import { ApiException } from "@kubernetes/client-node";
import { ask, Answers } from "../doctor/answers.ts";
import { examine } from "../doctor/examine.ts";
import { few, type Finding } from "../doctor/finding.ts";
import { serverVersion } from "../doctor/questions.ts";
import { summary, table } from "../doctor/table.ts";
import { closed, namespaceWith, nfs, owned, stack, unread } from "./doctors.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

const rows = (findings: Finding[]) => findings.map(({ check, status, found }) => [status, check, found].join(" | "));
const remedy = "start the cluster, or the way to it; log in again; or name another with session-stack:kubeContext";

/** Everything that may be refused is. */
const everything = [
  ...["Node", "Namespace", "ResourceQuota", "LimitRange", "StorageClass", "CSIDriver", "CSINode", "Pod"],
  ...["IngressClass", "PriorityClass", "APIService", "Gateway"],
];

describe("the doctor", () => {
  it("finds nothing wrong where nothing is", async () => {
    const findings = await examine(await stack(), new FakeCluster([block]).cluster, "kind-shop");
    assert.deepEqual(rows(findings), [
      "ok | version | Kubernetes v1.34.1",
      "ok | nodes | 0 with Kubernetes 1.30 or newer",
      "ok | permissions | this account may get, list, create, patch, delete all 9 kinds of the stack",
      "ok | namespace | shop is free",
      "ok | quota | shop has none",
      "ok | limits | shop has none",
      "ok | storage class | block is there (provisioner example.com/block)",
      "unknown | provisioner | whether example.com/block makes volumes cannot be known without making a claim",
    ]);
  });

  it("asks for a cluster's version first, and for nothing else where that does not come", async () => {
    const fake = new FakeCluster();
    const { cluster } = fake;
    for (const [error, why] of [
      [new Error("connect ECONNREFUSED 127.0.0.1:6443"), "connect ECONNREFUSED 127.0.0.1:6443"],
      [new ApiException(401, "Unauthorized", { message: "Unauthorized" }, {}), "Unauthorized"],
    ] as const) {
      cluster.version.getCode = () => Promise.reject(error);
      assert.deepEqual(await examine(await stack(), cluster, "kind-shop"), [
        { check: "context", status: "fail", found: `kind-shop does not answer: ${why}`, remedy },
      ]);
    }
    assert.equal(fake.reads, 0);
  });

  it("goes on where the version alone is refused", async () => {
    const { cluster } = new FakeCluster();
    cluster.version.getCode = () => Promise.reject(new ApiException(403, "Forbidden", { message: "no version" }, {}));
    const [first, second] = await examine(await stack(), cluster, "kind-shop");
    assert.deepEqual(first, {
      check: "version",
      status: "unknown",
      found: "the version cannot be read: no version",
      remedy: "have it looked at by an account that may read it",
    });
    assert.equal(second?.check, "nodes");
  });

  it("says of what it may not read that it is not known, and never that it fails", async () => {
    const overrides = {
      storage: nfs,
      store: { kind: "redis" },
      app: { image: "x:1", scheduling: { priorityClassName: "high" }, autoscale: { min: 1, max: 2 } },
      ingress: { hosts: [{ host: "shop.example.com" }] },
    };
    const findings = await examine(await stack(overrides), closed(...everything).cluster, "kind-shop");
    const unknown = findings.filter(({ status }) => status === "unknown");
    assert.deepEqual(
      unknown.map(({ check }) => check),
      [
        ...["nodes", "namespace", "namespace", "quota", "limits", "priority class", "storage class", "provisioner"],
        ...["ingress class", "metrics API"],
      ],
    );
    assert.deepEqual(unknown[0], { check: "nodes", ...unread("the nodes", "Node") });
    assert.deepEqual(
      findings.filter(({ status }) => status === "fail"),
      [],
    );
  });

  it("tells several things that are wrong at once", async () => {
    const fake = new FakeCluster([namespaceWith("shop", owned("session-stack-prod")), quota]);
    fake.gitVersion = "v1.29.9";
    fake.forbidden.add("create deployments.apps shop");
    const findings = await examine(await stack(), fake.cluster, "kind-shop");
    assert.deepEqual(
      rows(findings).filter((row) => row.startsWith("fail")),
      [
        "fail | version | Kubernetes v1.29.9 is older than 1.30",
        "fail | permissions | this account may not create deployments.apps in namespace shop",
        "fail | namespace | shop belongs to session-stack-prod",
        "fail | quota | ResourceQuota shop/small allows 1 of pods, and the stack needs 4",
        "fail | storage class | there is no StorageClass block; there are: none",
      ],
    );
  });

  it("reads alone", async () => {
    const fake = new FakeCluster();
    await examine(await stack({ storage: nfs, store: { kind: "redis" } }), fake.cluster, "kind-shop");
    assert.deepEqual(fake.changes, []);
  });
});

const block = { ...object("StorageClass", "block"), provisioner: "example.com/block" };
const quota = object("ResourceQuota", "small", "shop", { spec: { hard: { pods: "1" } } });

describe("an answer", () => {
  it("is waited for a while, and then unknown", async () => {
    const never = { key: "never", ask: () => new Promise<never>(() => undefined) };
    assert.deepEqual(await ask(new FakeCluster().cluster, never, 0.01), { unknown: "no answer within 0.01 s" });
  });

  it("is had by asking once", async () => {
    let asked = 0;
    const question = { key: "one", ask: () => Promise.resolve(++asked) };
    const answers = await Answers.gather(new FakeCluster().cluster, [question, { ...question }], 1);
    assert.deepEqual([asked, answers.to(question)], [1, { known: 1 }]);
    assert.throws(() => answers.to(serverVersion), { message: "nobody asked: the version" });
  });
});

describe("the table of findings", () => {
  const findings: Finding[] = [
    { check: "version", status: "ok", found: "Kubernetes v1.34.1" },
    { check: "storage class", status: "fail", found: "there is none", remedy: "make one" },
    { check: "nodes", status: "unknown", found: "forbidden", remedy: "ask" },
  ];

  it("has a row for each, and below it what to do", () => {
    assert.deepEqual(table(findings).split("\n"), [
      "STATUS   CHECK          FOUND",
      "ok       version        Kubernetes v1.34.1",
      "fail     storage class  there is none",
      "                        → make one",
      "unknown  nodes          forbidden",
      "                        → ask",
    ]);
  });

  it("is summed up by what there is", () => {
    assert.equal(summary([...findings, ...findings.slice(0, 1)]), "2 ok, 1 fail, 1 unknown");
  });

  it("names the first of many", () => {
    assert.equal(few(["a", "b", "c", "d", "e"]), "a, b, c, d, e");
    assert.equal(few(["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
  });
});
