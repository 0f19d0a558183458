import sessionStack from "../index.ts";
import { setConfig } from "./configs.ts";
import { run, type Registered, type Run } from "./mocks.ts";

/** Runs the whole program under mocks with these values of the top-level keys. */
export function program(values: Record<string, unknown>, secretKeys?: string[]) {
  return run(() => {
    setConfig(values, secretKeys);
    return sessionStack();
  });
}

/** The Kubernetes objects among them. */
export const objects = (resources: Registered[]) => resources.filter(({ type }) => type.startsWith("kubernetes:"));

type Labels = { [key: string]: string };

interface Shape {
  metadata: { name: string; namespace?: string };
  spec?: {
    /** Of a Service; a workload's is one level deeper. */
    selector?: Labels & { matchLabels?: Labels };
    template?: { spec: { containers: { env: { name: string; valueFrom?: unknown }[] }[] } };
    volumeClaimTemplates?: { spec: { accessModes: string[] } }[];
  };
}

/** What the tests of the program read of an object. */
export const shapeOf = (resource: Registered) => resource.inputs as unknown as Shape;

/** The variables of the application's container, but those that a ConfigMap brings in. */
export function environmentOf({ resources }: Pick<Run<unknown>, "resources">) {
  const app = objects(resources).find(
    (resource) => /:(Deployment|StatefulSet)$/.test(resource.type) && shapeOf(resource).metadata.name === "app",
  );
  return app === undefined ? [] : (shapeOf(app).spec?.template?.spec.containers[0]?.env ?? []);
}
