import type { types } from "@pulumi/kubernetes";
import type { SecretSource } from "../../config/containers.ts";
import type { AppArgs } from "../app.ts";
import type { SecretKey } from "../sessionSecret.ts";
import { certificatePath } from "./volumes.ts";

type EnvVar = types.input.core.v1.EnvVar;
type EnvFromSource = types.input.core.v1.EnvFromSource;

/** Secret with the secrets of the configuration that a container asks for, by their keys there. */
export const appSecrets = "app-secrets";

/** What the application's container gets beside the user's variables in plain text. */
export function appEnvironment(args: AppArgs): EnvVar[] {
  const { sessionStore, sessionEnv, connection, storeCa, sessionSecret, secretEnv } = args;
  return [
    ...(sessionStore === undefined ? [] : [fromSecret(sessionEnv, sessionStore)]),
    ...Object.entries(connection).map(([part, where]) => fromSecret(`${sessionEnv}_${part}`, where)),
    ...(storeCa === undefined ? [] : [{ name: "SESSION_STORE_CA", value: certificatePath }]),
    fromSecret("SESSION_SECRET", sessionSecret),
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ...secretVariables(secretEnv),
  ];
}

/** The user's variables in plain text. A ConfigMap brings them in before all others, so that `args` can name them. */
export function variablesFrom(configMap: string | undefined): { envFrom?: EnvFromSource[] } {
  return configMap === undefined ? {} : { envFrom: [{ configMapRef: { name: configMap } }] };
}

/** The variables of a container beside the application, which gets no others. */
export function ownEnvironment(settings: Pick<AppArgs, "env" | "secretEnv">): { env?: EnvVar[] } {
  const plain = Object.entries(settings.env).map(([name, value]) => ({ name, value }));
  const env = [...plain, ...secretVariables(settings.secretEnv)];
  return env.length === 0 ? {} : { env };
}

function secretVariables(secretEnv: Record<string, SecretSource>): EnvVar[] {
  return Object.entries(secretEnv).map(([name, source]) => fromSecret(name, secretKey(source)));
}

function secretKey(source: SecretSource): SecretKey {
  return "config" in source ? { name: appSecrets, key: source.config } : source;
}

function fromSecret(name: string, { name: secret, key }: SecretKey): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}
