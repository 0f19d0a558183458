import assert from "node:assert/strict";
import { mock } from "node:test";
import { goBuild, goTools } from "../../local/goBuild.ts";
import { currentSettings } from "../../local/node.ts";
import { everyStack } from "./app/stacks.ts";
import { criticalFindings, type Finding } from "./app/score.ts";

/** A finding that stays, where `text` is what it says and `objects` whom it says it of; default: of anybody. */
interface Exception {
  check: string;
  text?: RegExp;
  objects?: RegExp;
}

/** The reasons are in docs/decisions/manifests.md, by check. */
const exceptions: Exception[] = [
  { check: "container-image-pull-policy" },
  { check: "container-ephemeral-storage-request-and-limit" },
  { check: "container-resources", text: /: CPU limit is not set$/ },
  {
    check: "container-security-context-user-group-id",
    objects: /^(Deployment app|StatefulSet (app|redis)|CronJob session-store-(backup|restore))$/,
  },
  { check: "pod-probes-identical", objects: /^Deployment (memcached|app)$/ },
  { check: "service-targets-pod", objects: /^Service redis-master$/ },
];

const isExcepted = ({ check, text, objects }: Exception, finding: Finding) =>
  check === finding.check && (text?.test(finding.text) ?? true) && (objects?.test(finding.object) ?? true);

describe("kube-score", function () {
  // Building it for the first time takes half a minute and more.
  this.timeout(600_000);
  let kubeScore: string;
  const used = new Set<Exception>();

  before("kube-score, and no warnings, for what configurations give up is no news here", async () => {
    kubeScore = await goBuild(goTools.kubeScore, currentSettings().cache);
    mock.method(console, "warn", () => undefined);
  });

  after(() => mock.restoreAll());

  for (const [title, objects] of everyStack) {
    it(`finds nothing critical in ${title}`, async () => {
      const findings = await criticalFindings(kubeScore, await objects());
      const serious = findings.filter((finding) => {
        const exception = exceptions.find((one) => isExcepted(one, finding));
        if (exception !== undefined) used.add(exception);
        return exception === undefined;
      });
      assert.deepEqual(serious, []);
    });
  }

  it("still finds what each exception is for", () => {
    assert.deepEqual(
      exceptions.filter((exception) => !used.has(exception)),
      [],
    );
  });

  it("would find a container that may write to its root", async () => {
    const objects = (await everyStack[0]?.[1]()) ?? [];
    const careless = structuredClone(objects);
    const app = careless.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "app");
    const { template } = app?.spec as { template: { spec: { containers: { securityContext: object }[] } } };
    for (const container of template.spec.containers) container.securityContext = {};
    const found = (await criticalFindings(kubeScore, careless)).filter(
      ({ check }) => check === "container-security-context-readonlyrootfilesystem",
    );
    assert.deepEqual(found, [
      {
        check: "container-security-context-readonlyrootfilesystem",
        object: "Deployment app",
        text: "app: The pod has a container with a writable root filesystem",
      },
    ]);
  });
});
