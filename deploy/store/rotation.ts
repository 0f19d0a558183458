/** What can be rotated: the passwords of the store's users, and the keys that sign session cookies. */
export const topics = ["password", "signingKeys"] as const;
export type Topic = (typeof topics)[number];

/**
 * Versions of each secret, as `session-stack:rotation` has them: all are accepted, the first is in use. The highest is
 * the newest, so that the lists alone tell how far a rotation has come: [1] → [1, 2] → [2, 1] → [2].
 */
export type Rotation = Record<Topic, number[]>;

/** What people call them. */
export const labels: Record<Topic, string> = { password: "passwords", signingKeys: "signing keys" };

/** The lists with which a rotation of these topics begins: servers accept what nobody uses yet. */
export function begun(lists: Rotation, which: Topic[]): Rotation {
  return changed(lists, which, (_, versions) => [...versions, Math.max(...versions) + 1]);
}

/** The lists of the next step, or undefined when none is left. An old signing key is not dropped by itself: `finished`. */
export function advanced(lists: Rotation, which: Topic[]): Rotation | undefined {
  const pending = which.filter((topic) => step(topic, lists[topic]) !== undefined);
  return pending.length === 0
    ? undefined
    : changed(lists, pending, (topic, versions) => step(topic, versions) ?? versions);
}

function step(topic: Topic, versions: number[]): number[] | undefined {
  const newest = Math.max(...versions);
  if (versions[0] !== newest) return [newest, ...versions.filter((version) => version !== newest)];
  return topic === "password" && versions.length > 1 ? [newest] : undefined;
}

/** The lists without the old signing keys. */
export function finished(lists: Rotation): Rotation {
  return { ...lists, signingKeys: lists.signingKeys.slice(0, 1) };
}

/** Whether new ones are in use while old ones are accepted still. */
export function isSwitched(versions: number[]): boolean {
  return versions.length > 1 && versions[0] === Math.max(...versions);
}

/** Whether two lists hold the same versions, in whatever order. */
export function sameVersions(one: number[], other: number[]): boolean {
  return one.length === other.length && one.every((version) => other.includes(version));
}

function changed(lists: Rotation, which: Topic[], change: (topic: Topic, versions: number[]) => number[]): Rotation {
  return { ...lists, ...Object.fromEntries(which.map((topic) => [topic, change(topic, lists[topic])])) };
}
