import type { V1APIService } from "@kubernetes/client-node";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok } from "../finding.ts";
import { one } from "../questions.ts";
import { made, type Stack } from "../stack.ts";

/** What autoscalers take the CPU of pods from. @see docs/operations/scaling.md */
const api = one<V1APIService>("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io");

export const metrics: Check = {
  name: "metrics API",
  asks: (stack) => (isScaled(stack) ? [api] : []),
  finds: (stack, answers) => {
    if (!isScaled(stack)) return [];
    return whenKnown(answers.to(api), "whether there are metrics", (found) => {
      const { status, message } = found?.status?.conditions?.find(({ type }) => type === "Available") ?? {};
      if (status === "True") return [ok("metrics.k8s.io is served")];
      const what = found === undefined ? "there is no metrics.k8s.io" : `metrics.k8s.io is not served: ${message}`;
      return [
        fail(
          `${what}: with session-stack:app.autoscale nothing is scaled`,
          found === undefined ? "install metrics-server" : "look at its pods: kubectl -n kube-system get pods",
        ),
      ];
    });
  },
};

const isScaled = (stack: Stack) => made(stack, "HorizontalPodAutoscaler").length > 0;
