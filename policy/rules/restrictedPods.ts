import type { V1Container, V1PodSpec, V1Volume } from "@kubernetes/client-node";
import { containersOf, podSpec } from "./pods.ts";
import type { Rule } from "./rule.ts";

/**
 * What people get wrong of Pod Security *restricted*. The API server has the last word, in namespaces with its label;
 * this says it before anything is applied.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const restrictedPods: Rule = {
  name: "restricted-pods",
  description: "Pods keep to Pod Security restricted: no root, no capabilities, nothing of the node.",
  scope: "object",
  check: (object) => {
    const pod = podSpec(object);
    if (pod === undefined) return [];
    return [...problemsOfPod(pod), ...containersOf(object).flatMap((container) => problemsOf(container, pod))];
  },
};

function problemsOfPod(pod: V1PodSpec): string[] {
  const { volumes = [], securityContext } = pod;
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((key) => pod[key] === true);
  return [
    ...shared.map((key) => `${key} is true; leave it out`),
    ...(securityContext?.runAsUser === 0 ? ["the pods run as user 0; set securityContext.runAsUser to another"] : []),
    ...volumes
      .filter((volume) => !isHarmless(volume))
      .map(({ name }) => `volume ${name} is of a kind that restricted pods do not have; use a claim`),
  ];
}

const harmless: (keyof V1Volume)[] = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

function isHarmless(volume: V1Volume): boolean {
  return harmless.some((kind) => volume[kind] !== undefined);
}

const profiles = ["RuntimeDefault", "Localhost"];

/** What a container does not say, its pod says for it, where it can. */
function problemsOf({ name, ports = [], securityContext: own = {} }: V1Container, pod: V1PodSpec): string[] {
  const common = pod.securityContext ?? {};
  const { add = [], drop = [] } = own.capabilities ?? {};
  const unwanted = add.filter((capability) => capability !== "NET_BIND_SERVICE");
  const profile = (own.seccompProfile ?? common.seccompProfile)?.type ?? "";
  const problems: [isWrong: boolean, remedy: string][] = [
    [own.privileged === true, "is privileged; leave out securityContext.privileged"],
    [(own.runAsNonRoot ?? common.runAsNonRoot) !== true, "may run as root; set securityContext.runAsNonRoot to true"],
    [own.runAsUser === 0, "runs as user 0; set securityContext.runAsUser to another"],
    [
      own.allowPrivilegeEscalation !== false,
      "may gain privileges; set securityContext.allowPrivilegeEscalation to false",
    ],
    [!drop.includes("ALL"), "keeps capabilities; set securityContext.capabilities.drop to [ALL]"],
    [unwanted.length > 0, `adds ${unwanted.join(", ")}; leave it out of securityContext.capabilities.add`],
    [!profiles.includes(profile), "has no seccomp profile; set securityContext.seccompProfile.type to RuntimeDefault"],
    [ports.some(({ hostPort }) => (hostPort ?? 0) !== 0), "has a port of the node; leave out hostPort"],
  ];
  return problems.filter(([isWrong]) => isWrong).map(([, remedy]) => `container ${name} ${remedy}`);
}
