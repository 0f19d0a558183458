import type { V1PodSpec } from "@kubernetes/client-node";
import { tlsFolder } from "../../components/redis/conf.ts";
import type { Answers } from "../answers.ts";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, type Found } from "../finding.ts";
import { namespace, secretKeys } from "../questions.ts";
import { containersOf, made, makesNamespace, podsOf, type Stack } from "../stack.ts";

/** Secrets of others that the stack's pods take something from. Those of an Ingress are in certificates.ts. */
export const secrets: Check = {
  name: "secrets",
  asks: (stack) => needsOf(stack).flatMap(({ name, namespace: place }) => [secretKeys(place, name), namespace(place)]),
  finds: (stack, answers) =>
    needsOf(stack).flatMap((need) =>
      whenKnown(answers.to(secretKeys(need.namespace, need.name)), `Secret ${need.namespace}/${need.name}`, (keys) => [
        verdict(stack, need, keys, answers),
      ]),
    ),
};

/** A Secret that has to be there, with these keys. */
interface Need {
  namespace: string;
  name: string;
  keys: string[];
  /** Those whose pods do not start without it. */
  owners: string[];
}

function verdict(
  stack: Stack,
  { namespace: place, name, keys, owners }: Need,
  found: string[] | undefined,
  answers: Answers,
): Found {
  const users = `which the pods of ${owners.join(", ")} take`;
  const command = `kubectl -n ${place} create secret generic ${name} …`;
  if (found === undefined) {
    const here = answers.to(namespace(place));
    const isNew = makesNamespace(stack, place) && "known" in here && here.known === undefined;
    const remedy = isNew
      ? `make the namespace and the Secret beforehand (kubectl create namespace ${place}; ${command}): the stack takes the namespace over`
      : `make it: ${command}`;
    return fail(`there is no Secret ${place}/${name}, ${users} ${named(keys)} from`, remedy);
  }
  const missing = keys.filter((key) => !found.includes(key));
  if (missing.length === 0) return ok(`Secret ${place}/${name} has ${named(keys)}`);
  return fail(
    `Secret ${place}/${name} has no ${missing.join(", ")}, ${users} from it; it has: ${found.join(", ") || "nothing"}`,
    "add what is missing, or name another key",
  );
}

const named = (keys: string[]) => (keys.length === 0 ? "files" : keys.join(", "));

function needsOf(stack: Stack): Need[] {
  const own = new Set(made(stack, "Secret").map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const needs = new Map<string, Need>();
  for (const { owner, namespace: place, spec } of podsOf(stack)) {
    for (const { name, keys } of referencesOf(spec)) {
      const id = `${place}/${name}`;
      if (own.has(id)) continue;
      const need = needs.get(id) ?? { namespace: place, name, keys: [], owners: [] };
      need.keys.push(...keys.filter((key) => !need.keys.includes(key)));
      if (!need.owners.includes(owner)) need.owners.push(owner);
      needs.set(id, need);
    }
  }
  return [...needs.values()];
}

interface Reference {
  name: string;
  /** None for files of all keys that there are. */
  keys: string[];
}

/** @see https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/ */
const pullKey = ".dockerconfigjson";

/** What a server of the store reads in {@link tlsFolder}. */
const tlsKeys = ["tls.crt", "tls.key", "ca.crt"].map((key) => ({ key }));

/** What pods do not start without: variables, files, and credentials for their images. */
function referencesOf(spec: V1PodSpec): Reference[] {
  const variables = containersOf(spec).flatMap(({ env = [] }) =>
    env.flatMap(({ valueFrom }) => {
      const { name = "", key = "", optional } = valueFrom?.secretKeyRef ?? {};
      return name === "" || optional === true ? [] : [{ name, keys: [key] }];
    }),
  );
  const mounts = containersOf(spec).flatMap(({ volumeMounts = [] }) => volumeMounts);
  const certificates = mounts.filter(({ mountPath }) => mountPath === tlsFolder).map(({ name }) => name);
  const files = (spec.volumes ?? []).flatMap(({ name, secret, projected }) => [
    ...filesOf(secret?.secretName, certificates.includes(name) ? { items: tlsKeys } : secret),
    ...(projected?.sources ?? []).flatMap(({ secret: source }) => filesOf(source?.name, source)),
  ]);
  const images = (spec.imagePullSecrets ?? []).map(({ name = "" }) => ({ name, keys: [pullKey] }));
  return [...variables, ...files, ...images];
}

function filesOf(
  name: string | undefined,
  { items = [], optional }: { items?: { key: string }[]; optional?: boolean } = {},
): Reference[] {
  return name === undefined || optional === true ? [] : [{ name, keys: items.map(({ key }) => key) }];
}
