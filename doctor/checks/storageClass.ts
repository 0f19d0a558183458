import type { V1StorageClass } from "@kubernetes/client-node";
import type { KubernetesObject } from "../../render/objects.ts";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, warn, type Found } from "../finding.ts";
import { storageClasses } from "../questions.ts";
import { instanceLabel, made, wantedClasses, type Stack } from "../stack.ts";

/** The class of the stack's claims: its own, which nobody else may have made, or one that is there. */
export const storageClass: Check = {
  name: "storage class",
  asks: (stack) => (ownOf(stack).length + takenOf(stack).length === 0 ? [] : [storageClasses]),
  finds: (stack, answers) => {
    const own = ownOf(stack);
    const taken = takenOf(stack);
    if (own.length + taken.length === 0) return [];
    return whenKnown(answers.to(storageClasses), "which StorageClasses there are", (classes) => [
      ...own.map((wanted) => madeOne(stack, wanted, classes)),
      ...taken.map((name) => takenOne(name, classes)),
    ]);
  },
};

const ownOf = (stack: Stack) => made(stack, "StorageClass");

const takenOf = (stack: Stack) =>
  wantedClasses(stack).filter((name) => !ownOf(stack).some(({ metadata }) => metadata.name === name));

const named = (classes: V1StorageClass[], name: string) => classes.find(({ metadata }) => metadata?.name === name);

function madeOne({ instance }: Stack, wanted: KubernetesObject, classes: V1StorageClass[]): Found {
  const { name } = wanted.metadata;
  const found = named(classes, name);
  if (found === undefined) return ok(`${name} is free`);
  const owner = found.metadata?.labels?.[instanceLabel];
  if (owner !== instance) {
    return fail(
      `${name} belongs to ${owner ?? "somebody else"} (provisioner ${found.provisioner})`,
      `set session-stack:storage.className to another name, or use that one: storage: { kind: existing, className: ${name} }`,
    );
  }
  const changed = changedFields(wanted, found);
  if (changed.length === 0) return ok(`${name} belongs to this stack`);
  return warn(
    `${name} belongs to this stack and differs in ${changed.join(", ")}, which Kubernetes lets nobody change`,
    `pulumi up replaces it; without the engine delete it first (kubectl delete storageclass ${name}): volumes stay`,
  );
}

/** @see ValidateStorageClassUpdate in pkg/apis/storage/validation of Kubernetes */
function changedFields(wanted: KubernetesObject, { provisioner, parameters, reclaimPolicy }: V1StorageClass): string[] {
  const sorted = (value: unknown) => JSON.stringify(Object.entries(value ?? {}).sort());
  return [
    ...(wanted.provisioner === provisioner ? [] : ["provisioner"]),
    ...(sorted(wanted.parameters) === sorted(parameters) ? [] : ["parameters"]),
    ...(wanted.reclaimPolicy === reclaimPolicy ? [] : ["reclaimPolicy"]),
  ];
}

function takenOne(name: string, classes: V1StorageClass[]): Found {
  const found = named(classes, name);
  if (found !== undefined) return ok(`${name} is there (provisioner ${found.provisioner})`);
  const names = classes.map(({ metadata }) => metadata?.name).join(", ");
  return fail(
    `there is no StorageClass ${name}; there are: ${names || "none"}`,
    "set session-stack:storage.className to one of them, or have it made",
  );
}
