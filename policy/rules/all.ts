import { disruptionBudgets } from "./disruptionBudgets.ts";
import { loadBalancerSources } from "./loadBalancerSources.ts";
import { noPlainSecrets } from "./noPlainSecrets.ts";
import { pinnedImages } from "./pinnedImages.ts";
import { requestsAndLimits } from "./requestsAndLimits.ts";
import { restrictedPods } from "./restrictedPods.ts";
import { retainedData } from "./retainedData.ts";
import type { Rule } from "./rule.ts";
import { tls } from "./tls.ts";

/** Every rule of the pack. */
export const rules: Rule[] = [
  pinnedImages,
  requestsAndLimits,
  restrictedPods,
  retainedData,
  disruptionBudgets,
  noPlainSecrets,
  loadBalancerSources,
  tls,
];
