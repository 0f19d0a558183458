import * as pulumi from "@pulumi/pulumi";
import { selfSignedAnnotation } from "../components/exposure/certificate.ts";
import { appliedBy } from "../components/namespace.ts";
import program from "../index.ts";
import type { PublicOutputs } from "../outputs.ts";
import { withoutScaledReplicas } from "./autoscaled.ts";
import type { KubernetesObject } from "./objects.ts";
import { inInstallOrder } from "./order.ts";
import { certificatePlaceholders, generatedPlaceholder } from "./placeholders.ts";
import { projectName, readStackFile, type Overrides, type StackFile } from "./stackFile.ts";

/** What the program registers and returns for one stack. */
export interface Rendering {
  /** Kubernetes objects in install order. Secrets hold placeholders; a workload with an autoscaler has no replicas. */
  objects: KubernetesObject[];
  /** The stack's outputs without the credentials. */
  outputs: PublicOutputs;
}

/**
 * Runs the program for a stack as {@link renderProgram} does.
 * @param like the stack whose file is read; default: the stack's own
 * @throws ConfigError when the configuration cannot be used.
 */
export async function render(stack: string, overrides?: Overrides, like = stack): Promise<Rendering> {
  const settings = { project: projectName(), stack, ...readStackFile(like, overrides) };
  const { objects, outputs } = await renderProgram(program, settings);
  Reflect.deleteProperty(outputs, "sessionStoreUrl");
  return { objects, outputs: outputs as PublicOutputs };
}

/** A program's project and stack with its configuration. */
export interface ProgramSettings extends StackFile {
  project: string;
  stack: string;
}

/**
 * Runs a program under Pulumi's own mock monitor. Needs no cluster and no engine, and always gives the same result.
 * Not to be called twice at the same time: the monitor is the process's.
 */
export async function renderProgram(
  program: () => object,
  { project, stack, values, secretKeys }: ProgramSettings,
): Promise<{ objects: KubernetesObject[]; outputs: object }> {
  const objects: KubernetesObject[] = [];
  await pulumi.runtime.setMocks({ newResource: (args) => register(args, objects), call: refuseCall }, project, stack);
  pulumi.runtime.setAllConfig(values, secretKeys);
  const outputs = (await resolve(pulumi.output(program()))) as object;
  await pulumi.runtime.disconnect();
  return { objects: inInstallOrder(withoutScaledReplicas(objects)), outputs };
}

function register({ type, name, inputs }: pulumi.runtime.MockResourceArgs, objects: KubernetesObject[]) {
  const state = plain(inputs) as Record<string, unknown>;
  if (type === "random:index/randomPassword:RandomPassword") {
    return { id: name, state: { ...state, result: generatedPlaceholder(name, Number(state.length)) } };
  }
  if (type.startsWith("kubernetes:")) objects.push(asManifest(state as KubernetesObject));
  return { id: name, state };
}

function refuseCall({ token }: pulumi.runtime.MockCallArgs): never {
  throw new Error(`the program called ${token}, which needs a cluster; rendering has none`);
}

/** The object without what only Pulumi reads, with the right owner, and with its name where readers look for it. */
function asManifest({ apiVersion, kind, metadata, ...rest }: KubernetesObject): KubernetesObject {
  const { name, namespace, labels, annotations = {}, ...others } = metadata;
  const kept = Object.entries(annotations)
    .filter(([key]) => !key.startsWith("pulumi.com/"))
    .map(([key, value]) => [key, key === appliedBy ? "manifests" : value] as const);
  const hosts = annotations[selfSignedAnnotation];
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
      ...others,
    },
    ...rest,
    // The program made a certificate of its own in this run, which would show its key and differ each time.
    ...(kind === "Secret" && hosts !== undefined ? { stringData: certificatePlaceholders(hosts) } : {}),
  };
}

/** Signature by which Pulumi marks a secret in serialised values (sdk/nodejs/runtime/rpc.ts). */
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const signatureKey = "4dabf18193072939515e22adb298388d";

/** Values without the wrapping of secrets; they hold placeholders only. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (fields[signatureKey] === secretSignature) return plain(fields.value);
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, plain(field)]),
  );
}

function resolve<T>(output: pulumi.Output<T>): Promise<unknown> {
  return new Promise((done) => output.apply((value) => done(value)));
}
