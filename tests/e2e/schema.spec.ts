import { mock } from "node:test";
import { PatchStrategy } from "@kubernetes/client-node";
import fc from "fast-check";
import { apiMessage, connect, type Cluster } from "../../deploy/cluster.ts";
import { unknownKinds } from "../../deploy/kinds.ts";
import { describe as describeObject, type KubernetesObject } from "../../render/objects.ts";
import { validConfig } from "../configArbitrary.ts";
import { render } from "../rendered.ts";
import { openEnvironment } from "./environment.ts";

/** Configurations that are tried; a failure prints the seed that makes the same ones again. */
const runs = 40;

/** A namespace for each level of Pod Security that an application can ask for. */
const namespaces = { restricted: "session-stack-schema", baseline: "session-stack-schema-baseline" };
type Level = keyof typeof namespaces;

describe("every configuration that the schema accepts", () => {
  let cluster: Cluster;

  before("a cluster with a namespace of either level", async () => {
    cluster = connect((await openEnvironment()).options.target);
    for (const [level, name] of Object.entries(namespaces)) {
      const labels = { "pod-security.kubernetes.io/enforce": level };
      await cluster.core.createNamespace({ body: { metadata: { name, labels } } });
    }
    // What configurations give up is no news here.
    mock.method(console, "warn", () => undefined);
  });

  after(async () => {
    mock.restoreAll();
    for (const name of Object.values(namespaces)) await cluster.core.deleteNamespace({ name });
  });

  it("renders to objects that the API server accepts, pods of its workloads included", async () => {
    await fc.assert(
      fc.asyncProperty(validConfig, async (values) => {
        const { objects } = await render("dev", values);
        const namespace = namespaces[levelOf(values)];
        const unknown = await unknownKinds(cluster, objects);
        const known = objects.filter((object) => !unknown.includes(object));
        for (const object of known.flatMap((one) => [one, ...podOf(one)]))
          await accept(cluster, moved(object, namespace));
      }),
      { numRuns: runs },
    );
  });
});

function levelOf({ app }: Record<string, unknown>): Level {
  return (app as { podSecurity?: Level }).podSecurity ?? "restricted";
}

/**
 * The object in the test's namespace. Cluster-wide ones get a name of their own: under theirs one may exist that cannot
 * be changed into them.
 */
function moved({ metadata, ...rest }: KubernetesObject, namespace: string): KubernetesObject {
  const place = metadata.namespace === undefined ? { name: `${metadata.name}-schema` } : { namespace };
  return { ...rest, metadata: { ...metadata, ...place } };
}

interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: { volumes?: object[]; serviceAccountName?: string };
}

/**
 * A pod as a workload's controller would make it, for Pod Security refuses pods and not workloads. The provisioner's is
 * left out: its ServiceAccount is in none but a real namespace.
 */
function podOf({ kind, metadata, spec }: KubernetesObject): KubernetesObject[] {
  const template = templateOf(kind, spec);
  if (template === undefined || template.spec.serviceAccountName !== undefined) return [];
  const claims = (spec?.volumeClaimTemplates ?? []) as { metadata: { name: string } }[];
  const volumes = [
    ...(template.spec.volumes ?? []),
    ...claims.map(({ metadata: { name } }) => ({ name, persistentVolumeClaim: { claimName: name } })),
  ];
  return [
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...template.metadata, name: metadata.name, namespace: metadata.namespace },
      spec: { ...template.spec, volumes },
    },
  ];
}

function templateOf(kind: string, spec: KubernetesObject["spec"]): PodTemplate | undefined {
  const job = kind === "CronJob" ? (spec?.jobTemplate as { spec: { template: PodTemplate } }).spec : spec;
  return job?.template as PodTemplate | undefined;
}

/** @throws Error with the API server's reason and the object when it would refuse it. */
async function accept(cluster: Cluster, object: KubernetesObject): Promise<void> {
  try {
    await cluster.objects.patch(object, undefined, "All", "session-stack", true, PatchStrategy.ServerSideApply);
  } catch (error) {
    throw new Error(`${describeObject(object)}: ${apiMessage(error)}\n${JSON.stringify(object)}`, { cause: error });
  }
}
