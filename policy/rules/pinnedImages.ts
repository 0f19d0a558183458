import { containersOf } from "./pods.ts";
import type { Rule } from "./rule.ts";

export const pinnedImages: Rule = {
  name: "pinned-images",
  description: "Images have a tag other than latest, or a digest: a pod that starts anew is what was tried out.",
  scope: "object",
  check: (object) =>
    containersOf(object).flatMap(({ name, image }) => {
      if (image === undefined || isPinned(image)) return [];
      return [
        `container ${name} has the image ${image}, which is another one with each release; give it a tag other than latest, or a digest`,
      ];
    }),
};

/** A port of the registry is no tag, and no tag means latest. A digest counts as a tag here, whatever stands before it. */
function isPinned(image: string): boolean {
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag !== undefined && tag !== "latest";
}
