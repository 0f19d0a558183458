import { advanced, begun, finished, isSwitched, labels, sameVersions, type Rotation, type Topic } from "./rotation.ts";

/** Where a stack runs, as a rotation sees it. */
export interface RotationSite {
  /** What can be rotated there: not what is given by the user or belongs to somebody else. */
  topics: Topic[];
  /**
   * Versions that the cluster's Secrets hold, in any order; undefined for one of a former release, which knew none.
   * @throws Error when the stack is not there.
   */
  versions(): Promise<Partial<Rotation>>;
  /** Deploys the stack with these lists and waits until it runs. */
  deploy(lists: Rotation): Promise<void>;
  /** Waits until everybody goes by the lists that are deployed: members of the store, its clients, the application. */
  settle(lists: Rotation): Promise<void>;
  /** Since when all pods have signed with this key alone; undefined when that is not known. */
  signingSince(version: number): Promise<Date | undefined>;
}

export interface RotateOptions {
  site: RotationSite;
  /** The stack's lists. */
  lists: Rotation;
  /** Keeps the lists before they are deployed, so that an interrupted rotation goes on where it was. */
  save: (lists: Rotation) => void;
  /** Tells what is being done. */
  report: (line: string) => void;
}

/**
 * Rotates without a moment in which somebody holds what nobody accepts: first new versions are accepted beside the old
 * ones, then they are used, then the old passwords are refused. Old signing keys stay accepted until `finish`.
 * One that was interrupted is gone on with, and none is begun then.
 * @param which default: all that can be rotated
 * @returns the lists at the end
 * @throws Error when there is nothing to rotate, or when signing keys of the last time are still waiting for `finish`.
 */
export async function rotate(options: RotateOptions & { which?: Topic[] }): Promise<Rotation> {
  const { site, report, save } = options;
  const which = chosen(site, options.which);
  let lists = options.lists;
  if (await isInterrupted(site, lists, which)) {
    report("going on with the rotation that was interrupted");
  } else {
    refuseUnfinished(lists, which);
    lists = begun(lists, which);
    save(lists);
  }
  for (;;) {
    report(`deploying ${describe(lists)}`);
    await site.deploy(lists);
    await site.settle(lists);
    const next = advanced(lists, which);
    if (next === undefined) return lists;
    lists = next;
    save(lists);
  }
}

/**
 * Drops the old signing keys. Sessions that were signed with them and not visited since are logged out: none is left
 * when they have been out of use for as long as a session lasts.
 * @param sessionSeconds how long a session lasts; undefined when the stack does not say
 * @param now do not wait for them to expire
 * @throws Error when there are none, or when it is too early.
 */
export async function finish(
  options: RotateOptions & { sessionSeconds: number | undefined; now: boolean },
): Promise<Rotation> {
  const { site, report, save, sessionSeconds, now } = options;
  const [inUse = 1, ...old] = options.lists.signingKeys;
  if (!isSwitched(options.lists.signingKeys)) {
    const behind = !(await isDeployed(site, options.lists, ["signingKeys"]));
    if (old.length > 0 || !behind) throw new Error("no signing key is out of use: rotate them first");
  } else if (!now) {
    refuseEarly(await expiry(site, inUse, sessionSeconds), old);
  }
  const lists = finished(options.lists);
  save(lists);
  report(`deploying ${describe(lists)}`);
  await site.deploy(lists);
  await site.settle(lists);
  return lists;
}

/** What to know and do after a rotation of signing keys; undefined when no old one is accepted. */
export async function farewell(
  site: RotationSite,
  { signingKeys: [inUse = 1, ...old] }: Rotation,
  sessionSeconds: number | undefined,
): Promise<string | undefined> {
  if (old.length === 0) return undefined;
  const until = await expiry(site, inUse, sessionSeconds);
  const when =
    until instanceof Date
      ? `sessions signed with it have expired by ${until.toISOString()}`
      : "the stack does not say how long its sessions last (app.session.ttlSeconds)";
  return `signing key ${old.join(", ")} is still accepted: ${when}; then run it again with --finish`;
}

function chosen(site: RotationSite, which: Topic[] = site.topics): Topic[] {
  const impossible = which.filter((topic) => !site.topics.includes(topic));
  if (impossible.length === 0 && which.length > 0) return which;
  const what = impossible.length === 0 ? "nothing" : `no ${impossible.map((topic) => labels[topic]).join(" and no ")}`;
  throw new Error(
    `this stack generates ${what} that could be rotated: passwords are made for store.kind redis, ` +
      "signing keys where neither sessionSecret nor sessionSecretRef gives them",
  );
}

async function isInterrupted(site: RotationSite, lists: Rotation, which: Topic[]): Promise<boolean> {
  if (advanced(lists, which) !== undefined || !(await isDeployed(site, lists, which))) return true;
  const [inUse = 1] = lists.signingKeys;
  return (
    which.includes("signingKeys") && isSwitched(lists.signingKeys) && (await site.signingSince(inUse)) === undefined
  );
}

/** Whether the cluster has the versions of the lists; a former release has none that could be behind. */
async function isDeployed(site: RotationSite, lists: Rotation, which: Topic[]): Promise<boolean> {
  const there = await site.versions();
  return which.every((topic) => sameVersions(there[topic] ?? lists[topic], lists[topic]));
}

function refuseUnfinished({ signingKeys: [inUse, ...old] }: Rotation, which: Topic[]): void {
  if (!which.includes("signingKeys") || old.length === 0) return;
  throw new Error(
    `signing key ${old.join(", ")} is still accepted beside ${inUse}: drop it with --finish first, ` +
      "or rotate the passwords alone with --only password",
  );
}

/** When no session is left that an old key signed; or why that is not known. */
async function expiry(site: RotationSite, inUse: number, sessionSeconds: number | undefined): Promise<Date | string> {
  const since = await site.signingSince(inUse);
  if (since === undefined) return `it is not known since when all pods sign with key ${inUse}: run rotate again`;
  if (sessionSeconds === undefined) return "the stack does not say how long its sessions last (app.session.ttlSeconds)";
  return new Date(since.valueOf() + sessionSeconds * 1000);
}

function refuseEarly(until: Date | string, old: number[]): void {
  if (until instanceof Date && until.valueOf() <= Date.now()) return;
  const reason = until instanceof Date ? `sessions signed with it expire until ${until.toISOString()}` : until;
  throw new Error(
    `signing key ${old.join(", ")} is still needed: ${reason}; --now drops it all the same and logs those visitors out`,
  );
}

/** `passwords [1, 2], signing keys [1]` */
function describe({ password, signingKeys }: Rotation): string {
  const list = (versions: number[]) => `[${versions.join(", ")}]`;
  return `${labels.password} ${list(password)}, ${labels.signingKeys} ${list(signingKeys)}`;
}
