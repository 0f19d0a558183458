import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import { podTrouble, workloadTrouble } from "./trouble.ts";
import { isReady, type Versions, type Workload } from "./workload.ts";

/** Why a rollout does not end, as parts of a sentence. */
export interface Diagnosis {
  /** Undefined where neither the pods nor the workload complain of anything. */
  why?: string;
  /** What users have meanwhile. */
  serving: string;
}

/** Names the pod of the new version that is worst off, else what keeps pods from being made, else an old pod. */
export function diagnose(workload: Workload, { updated, old }: Versions, events: CoreV1Event[]): Diagnosis {
  const why = podReason(updated, events) ?? workloadTrouble(workload, events)?.text ?? podReason(old, events);
  return { why, serving: serving(updated, old) };
}

function podReason(pods: V1Pod[], events: CoreV1Event[]): string | undefined {
  const troubled = pods.flatMap((pod) => {
    const trouble = podTrouble(pod, events);
    return trouble === undefined ? [] : [{ name: pod.metadata?.name, ...trouble }];
  });
  const worst = troubled.find(({ lasting }) => lasting) ?? troubled[0];
  return worst && `pod ${worst.name}: ${worst.text}`;
}

function serving(updated: V1Pod[], old: V1Pod[]): string {
  if (old.some(isReady)) return "the old version still serves";
  const ready = updated.filter(isReady).length;
  return ready === 0 ? "nothing serves" : `${ready} of ${updated.length} pods serve`;
}
