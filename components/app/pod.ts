import type { types } from "@pulumi/kubernetes";
import type { AppArgs } from "../app.ts";
import type { Labels } from "../labels.ts";
import { podSecurity } from "../podSecurity.ts";
import { application, initContainers } from "./containers.ts";
import { gracePeriod } from "./rollout.ts";
import { placement } from "./scheduling.ts";
import { volumes } from "./volumes.ts";

type PodSpec = types.input.core.v1.PodSpec;

/** Names of the ConfigMaps that the pods use; undefined where there is nothing to put into one. */
export interface ConfigMapNames {
  env: string | undefined;
  files: string | undefined;
}

/**
 * The application's pod. Nothing in here may change unless the pods are to be replaced.
 * @param pods labels by which the pods are found
 */
export function podSpec(args: AppArgs, configMaps: ConfigMapNames, pods: Labels): PodSpec {
  const { pullSecrets, claim } = args;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: gracePeriod(args),
    securityContext: { ...podSecurity(args), ...(claim === null ? {} : claimAccess) },
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((name) => ({ name })) } : {}),
    ...placement(args, pods),
    ...initContainers(args),
    containers: [application(args, configMaps.env)],
    ...volumes(args, configMaps.files),
  };
}

/**
 * Makes a claim on block storage, which belongs to root at first, writable for whatever user the image has: the pods
 * get this group, any number that is not root's, beside their own.
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod
 */
const claimAccess = { fsGroup: 2000, fsGroupChangePolicy: "OnRootMismatch" };
