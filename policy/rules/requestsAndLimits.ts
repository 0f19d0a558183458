import type { V1Container } from "@kubernetes/client-node";
import { containersOf } from "./pods.ts";
import type { Rule } from "./rule.ts";

const list = new Intl.ListFormat("en", { type: "conjunction" });

/**
 * A limit of CPU is not asked for on purpose: it slows a container down while its node has time to spare, and the
 * requests of its neighbours protect them already. Memory cannot be taken back, so that without a limit one container
 * takes the others with it.
 */
export const requestsAndLimits: Rule = {
  name: "requests-and-limits",
  description: "Containers request CPU and memory, and have a limit of memory: none takes a node down with it.",
  scope: "object",
  check: (object) =>
    containersOf(object).flatMap((container) => {
      const missing = missingFrom(container);
      return missing.length === 0
        ? []
        : [`container ${container.name} lacks ${list.format(missing)}; set what is missing under resources`];
    }),
};

/** Without a request the API server takes the limit for it. */
function missingFrom({ resources }: V1Container): string[] {
  const { requests = {}, limits = {} } = resources ?? {};
  return [
    ...((requests.cpu ?? limits.cpu) === undefined ? ["requests.cpu"] : []),
    ...((requests.memory ?? limits.memory) === undefined ? ["requests.memory"] : []),
    ...(limits.memory === undefined ? ["limits.memory"] : []),
  ];
}
