import { storeClientLabel } from "../../components/labels.ts";
import * as names from "../../components/redis/names.ts";
import { connect, orUndefined } from "../cluster.ts";
import { renderFor, type StackOptions } from "../stack.ts";
import { clientsFollow, noteSigning, readSigningSince } from "./clients.ts";
import { Members } from "./members.ts";
import type { RotateOptions, RotationSite } from "./rotate.ts";
import { isSwitched, topics, type Rotation, type Topic } from "./rotation.ts";

/** The Secret that holds each version of a topic under a key of its own: `app-2`, `key-1`. */
const secretNames: Record<Topic, string> = { password: names.usersSecret, signingKeys: "session-secret" };

/**
 * A deployed stack as the place of a rotation.
 * @param deploy deploys the stack with these lists in place of those of its file
 */
export async function rotationSite(
  options: Omit<StackOptions, "keeper">,
  deploy: (lists: Rotation) => Promise<unknown>,
  report: RotateOptions["report"],
): Promise<RotationSite> {
  const { objects, outputs } = await renderFor(options);
  const { namespace, app } = outputs;
  const cluster = connect(options.target);
  const members = new Members(cluster, namespace);
  const signing = { name: secretNames.signingKeys, namespace };

  const rendered = (topic: Topic) =>
    versionsOf(
      objects.find(({ kind, metadata }) => kind === "Secret" && metadata.name === secretNames[topic])?.stringData,
    );
  const generated = topics.filter((topic) => rendered(topic) !== undefined);

  const read = async (name: string) => {
    const secret = await orUndefined(cluster.core.readNamespacedSecret({ name, namespace }));
    if (secret === undefined) throw new Error(`there is no Secret ${namespace}/${name}: deploy the stack first`);
    return secret.data;
  };
  const settlePasswords = async ({ password }: Rotation) => {
    await members.follow();
    report("every member of the store goes by its passwords");
    if (isSwitched(password)) await clientsFollow(cluster, namespace, names.secret, storeClientLabel);
  };
  const settleKeys = async ({ signingKeys }: Rotation) => {
    if (signingKeys.length > 1) await clientsFollow(cluster, namespace, signing.name, appPods(app.name));
    if (isSwitched(signingKeys)) await noteSigning(cluster, signing, signingKeys[0] ?? 1);
  };

  return {
    topics: generated,
    versions: async () => {
      const there = generated.map(async (topic) => [topic, versionsOf(await read(secretNames[topic]))] as const);
      return Object.fromEntries(await Promise.all(there));
    },
    deploy: async (lists) => {
      if (generated.includes("password")) await members.remember();
      await deploy(lists);
    },
    settle: async (lists) => {
      if (generated.includes("password")) await settlePasswords(lists);
      if (generated.includes("signingKeys")) await settleKeys(lists);
    },
    signingSince: (version) => readSigningSince(cluster, signing, version),
  };
}

const appPods = (name: string) => ({ "app.kubernetes.io/name": name });

/** The versions in keys such as `app-2` and `key-1`; undefined where there are none, as in Secrets of the user's. */
function versionsOf(values: Record<string, string> = {}): number[] | undefined {
  const versions = Object.keys(values).flatMap((key) => /-(\d+)$/.exec(key)?.[1] ?? []);
  return versions.length === 0 ? undefined : [...new Set(versions.map(Number))];
}
