import type { V1Node, V1Pod } from "@kubernetes/client-node";
import { isReady } from "../../deploy/workload.ts";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { few, ok, unknown, warn, type Found } from "../finding.ts";
import { nodes as allNodes, pods } from "../questions.ts";
import { made, type Stack } from "../stack.ts";
import { isNewEnough, oldest } from "./version.ts";

/** What the kubelets are, and whether a node can mount an export, which only a pod that has one shows. */
export const nodes: Check = {
  name: "nodes",
  asks: (stack) => [allNodes, ...(mountsByItself(stack) ? namespacesOf(stack).map(podsIn) : [])],
  finds: (stack, answers) =>
    whenKnown(answers.to(allNodes), "the nodes", (found) => {
      const client = () => {
        const known = namespacesOf(stack).flatMap((name) => {
          const answer = answers.to(podsIn(name));
          return "known" in answer ? answer.known : [];
        });
        return [nfsClient(found, known)];
      };
      return [...kubelets(found), ...(mountsByItself(stack) ? client() : [])];
    }),
};

const podsIn = (namespace: string) => pods({ namespace });

/** A kubelet mounts the export with what the node has; csi-driver-nfs brings its own client. */
const mountsByItself = (stack: Stack) =>
  made(stack, "PersistentVolume").some(({ spec }) => (spec as { nfs?: object }).nfs !== undefined);

const namespacesOf = ({ objects }: Stack) => [
  ...new Set(objects.flatMap(({ metadata: { namespace } }) => namespace ?? [])),
];

function kubelets(found: V1Node[]): Found[] {
  const old = found.filter(({ status }) => !isNewEnough(status?.nodeInfo?.kubeletVersion ?? ""));
  const least = `${oldest.major}.${oldest.minor}`;
  if (old.length === 0) return [ok(`${found.length} with Kubernetes ${least} or newer`)];
  return [
    warn(
      `older than Kubernetes ${least}: ${few(old.map(({ metadata, status }) => `${metadata?.name} (${status?.nodeInfo?.kubeletVersion})`))}`,
      `upgrade them: on these, pods end without draining, for ${least} brought preStop.sleep`,
    ),
  ];
}

/** Ready pods of the stack with a claim have mounted the export. */
function nfsClient(found: V1Node[], own: V1Pod[]): Found {
  const holders = own.filter(
    (pod) => isReady(pod) && (pod.spec?.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined),
  );
  const proved = new Set(holders.map(({ spec }) => spec?.nodeName));
  const others = found.map(({ metadata }) => metadata?.name ?? "").filter((name) => !proved.has(name));
  if (others.length === 0) return ok("pods of the stack have mounted the export on each of them");
  return unknown(
    `whether there is an NFS client cannot be seen on ${few(others)}`,
    "have it installed: apt-get install nfs-common, dnf install nfs-utils",
  );
}
