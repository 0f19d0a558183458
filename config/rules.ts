import { affinityRules } from "./affinityRules.ts";
import { appRules } from "./appRules.ts";
import { appSecretRules } from "./appSecrets.ts";
import { exposureRules } from "./exposureRules.ts";
import { namespaceLength, namespaceName } from "./fields.ts";
import { productionRules } from "./productionRules.ts";
import { rotationRules } from "./rotation.ts";
import type { Settings } from "./schema.ts";
import { storeRules } from "./storeRules.ts";
import { variableRules } from "./variableRules.ts";

/** One thing wrong with the configuration: where, and a message that completes "<path> <message>". */
export interface Problem {
  /** Empty: the message is a sentence of its own. */
  path: PropertyKey[];
  message: string;
}

/** What the rules must know beside the configuration itself. */
export interface Surroundings {
  stack: string;
  /** `<project>-<stack>`. */
  instance: string;
  /** Whether a top-level key, or a part of its value, is encrypted in the stack's file. */
  isSecret: (key: string) => boolean;
  /** Whether a top-level key has a value, which may be empty. */
  isSet: (key: string) => boolean;
}

/** The rules that relate several keys. Each returns its problem, or undefined. */
export function crossChecks(settings: Settings, surroundings: Surroundings): Problem[] {
  const { stack, instance, isSecret } = surroundings;
  return [
    kubeContextGiven(settings, stack),
    instanceIsLabel(instance),
    ...onlyKeysAreSecret(settings, isSecret),
    secretIsSecret(settings, isSecret),
    oneSessionSecret(settings),
    ...rotationRules(settings),
    ...storeRules(settings),
    ...variableRules(settings),
    ...appSecretRules(settings, surroundings),
    ...appRules(settings),
    ...exposureRules(settings, instance),
    ...affinityRules(settings),
    ...(stack === "prod" ? productionRules(settings) : []),
  ].filter((problem) => problem !== undefined);
}

function kubeContextGiven({ kubeContext }: Settings, stack: string): Problem | undefined {
  if (kubeContext !== undefined || stack === "local") return undefined;
  return {
    path: ["kubeContext"],
    message: "is required in every stack but local: nothing is applied to whatever context is current",
  };
}

/** Namespaces, the provisioner, its volume and its roles are named after the instance. */
function instanceIsLabel(instance: string): Problem | undefined {
  if (namespaceName().safeParse(instance).success) return undefined;
  return {
    path: [],
    message: `the stack needs another name: ${instance}, which names objects in the cluster, must be a DNS label of at most ${namespaceLength} characters`,
  };
}

/** Everything else ends up in plain objects of the cluster and in the stack's state, where it would no longer be secret. */
function onlyKeysAreSecret(settings: Settings, isSecret: Surroundings["isSecret"]): Problem[] {
  return Object.keys(settings)
    .filter((key) => key !== "sessionSecret" && isSecret(key))
    .map((key) => ({
      path: [key],
      message: "holds an encrypted value, which the cluster would show to its readers; set it without --secret",
    }));
}

function secretIsSecret({ sessionSecret }: Settings, isSecret: Surroundings["isSecret"]): Problem | undefined {
  if (sessionSecret === undefined || isSecret("sessionSecret")) return undefined;
  return {
    path: ["sessionSecret"],
    message: "is stored in plain text; set it again with: pulumi config set --secret sessionSecret",
  };
}

function oneSessionSecret({ sessionSecret, sessionSecretRef }: Settings): Problem | undefined {
  if (sessionSecret === undefined || sessionSecretRef === undefined) return undefined;
  return { path: ["sessionSecretRef"], message: "and sessionSecret exclude each other; remove one" };
}
