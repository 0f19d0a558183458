import type { V1Pod } from "@kubernetes/client-node";
import { podTrouble } from "../../deploy/trouble.ts";
import { isReady, selectorOf } from "../../deploy/workload.ts";
import type { Answers } from "../answers.ts";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, unknown, type Found } from "../finding.ts";
import { nfsCsi, provisionersOf } from "../provisioners.ts";
import { pods, storageClasses } from "../questions.ts";
import { made, wantedClasses, type Stack } from "../stack.ts";

/** Whether a claim would get a volume, as far as the pods of the provisioner tell. */
export const provisioner: Check = {
  name: "provisioner",
  asks: (stack) => {
    if (wantedClasses(stack).length === 0) return [];
    const own = ownOf(stack);
    return own === undefined ? [storageClasses, driverPods] : [own.pods];
  },
  finds: (stack, answers) => {
    if (wantedClasses(stack).length === 0) return [];
    const own = ownOf(stack);
    if (own === undefined) return others(stack, answers);
    return whenKnown(answers.to(own.pods), "the provisioner's pods", (found) =>
      found.length === 0 ? [ok("comes with the stack")] : [verdict(own.name, found)],
    );
  },
};

/** Of csi-driver-nfs, wherever it is installed: its Deployment, by manifests or chart, gives its pods this label. */
const driverPods = pods({ labelSelector: "app=csi-nfs-controller" });

/** The provisioner that the stack brings along: the only Deployment among what is of its storage. */
function ownOf(stack: Stack) {
  const deployment = made(stack, "Deployment").find(
    ({ metadata }) => metadata.labels?.["app.kubernetes.io/component"] === "storage",
  );
  if (deployment === undefined) return undefined;
  const { name, namespace } = deployment.metadata;
  const { matchLabels } = deployment.spec?.selector as { matchLabels: Record<string, string> };
  return { name: `Deployment ${namespace}/${name}`, pods: pods({ namespace, labelSelector: selectorOf(matchLabels) }) };
}

function others(stack: Stack, answers: Answers): Found[] {
  const classes = answers.to(storageClasses);
  return provisionersOf(stack, "known" in classes ? classes.known : []).flatMap((name) => {
    if (name !== nfsCsi) return [foreign(name)];
    return whenKnown(answers.to(driverPods), `the pods of ${name}`, (found) =>
      found.length === 0
        ? [
            unknown(
              `no pod has the label app=csi-nfs-controller, so whether ${name} makes volumes cannot be known`,
              "if it is installed otherwise, see whether a claim of another application gets its volume",
            ),
          ]
        : [verdict(name, found)],
    );
  });
}

function foreign(name: string): Found {
  if (name === "kubernetes.io/no-provisioner") {
    return fail(
      `${name} makes no volumes`,
      "name a class whose provisioner does in session-stack:storage.className, or have volumes made by hand",
    );
  }
  return unknown(
    `whether ${name} makes volumes cannot be known without making a claim`,
    "see whether claims of other applications are bound: kubectl get pvc --all-namespaces",
  );
}

function verdict(name: string, found: V1Pod[]): Found {
  const ready = found.find(isReady);
  if (ready !== undefined) return ok(`${name} runs`);
  const reasons = found.map((pod) => podTrouble(pod, [])?.text).filter((text) => text !== undefined);
  const [first] = found;
  return fail(
    `${name} is not ready${reasons.length === 0 ? "" : `: ${[...new Set(reasons)].join("; ")}`}: claims get no volume`,
    `look at its pod: kubectl -n ${first?.metadata?.namespace} describe pod ${first?.metadata?.name}`,
  );
}
