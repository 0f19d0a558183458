import type { V1PodSpec, V1SecurityContext } from "@kubernetes/client-node";
import { restrictedPods } from "../policy/rules/restrictedPods.ts";
import { deployment, takesOrRefuses, type Case } from "./policies.ts";

const pod = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
const container: V1SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/** A good pod but for these fields. */
const but = (own: V1SecurityContext, more: Partial<V1PodSpec> = {}) =>
  deployment({ securityContext: { ...container, ...own } }, { securityContext: pod, ...more });

const refuses = (title: string, object: Case[1], ...problems: string[]): Case => [
  title,
  object,
  ...problems.map((problem) => `Deployment shop/app: ${problem}`),
];

describe("the policy restricted-pods", () => {
  takesOrRefuses(restrictedPods, [
    ["what the pod says for its containers", but({})],
    ["what the container says alone", but(pod, { securityContext: undefined })],
    [
      "a profile of the node, and ports below 1024",
      but({ seccompProfile: { type: "Localhost" }, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }),
    ],
    [
      "volumes that are nothing of the node",
      but(
        {},
        {
          volumes: [
            { name: "a", emptyDir: {} },
            { name: "b", persistentVolumeClaim: { claimName: "b" } },
          ],
        },
      ),
    ],
    refuses(
      "no security context",
      deployment({}),
      "container app may run as root; set securityContext.runAsNonRoot to true",
      "container app may gain privileges; set securityContext.allowPrivilegeEscalation to false",
      "container app keeps capabilities; set securityContext.capabilities.drop to [ALL]",
      "container app has no seccomp profile; set securityContext.seccompProfile.type to RuntimeDefault",
    ),
    refuses(
      "root of a container, whatever its pod says",
      but({ runAsNonRoot: false, runAsUser: 0 }),
      "container app may run as root; set securityContext.runAsNonRoot to true",
      "container app runs as user 0; set securityContext.runAsUser to another",
    ),
    refuses(
      "root of the pod",
      but({}, { securityContext: { ...pod, runAsUser: 0 } }),
      "the pods run as user 0; set securityContext.runAsUser to another",
    ),
    refuses(
      "privileges",
      but({ privileged: true }),
      "container app is privileged; leave out securityContext.privileged",
    ),
    refuses(
      "other capabilities",
      but({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN", "NET_BIND_SERVICE", "NET_RAW"] } }),
      "container app adds SYS_ADMIN, NET_RAW; leave it out of securityContext.capabilities.add",
    ),
    refuses(
      "no filter of system calls",
      but({ seccompProfile: { type: "Unconfined" } }),
      "container app has no seccomp profile; set securityContext.seccompProfile.type to RuntimeDefault",
    ),
    refuses(
      "what is the node's",
      but(
        {},
        { hostNetwork: true, hostPID: true, hostIPC: true, volumes: [{ name: "root", hostPath: { path: "/" } }] },
      ),
      "hostNetwork is true; leave it out",
      "hostPID is true; leave it out",
      "hostIPC is true; leave it out",
      "volume root is of a kind that restricted pods do not have; use a claim",
    ),
    refuses(
      "a port of the node",
      deployment(
        { securityContext: container, ports: [{ containerPort: 80, hostPort: 80 }] },
        { securityContext: pod },
      ),
      "container app has a port of the node; leave out hostPort",
    ),
    refuses(
      "a container that runs before the others",
      but({}, { initContainers: [{ name: "chown", securityContext: { ...container, runAsUser: 0 } }] }),
      "container chown runs as user 0; set securityContext.runAsUser to another",
    ),
  ]);
});
