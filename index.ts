import * as k8s from "@pulumi/kubernetes";
import { App } from "./components/app.ts";
import { Exposure } from "./components/exposure.ts";
import { createNamespace } from "./components/namespace.ts";
import { SessionSecret } from "./components/sessionSecret.ts";
import { createStorage } from "./components/storage.ts";
import { createStore } from "./components/store.ts";
import { readConfig } from "./config.ts";
import { schemaVersion, type StackOutputs } from "./outputs.ts";

/** One stack: storage, session store, application and the way to it, in one namespace. */
export default function sessionStack(): StackOutputs {
  const config = readConfig();
  const { instance, service, ingress, affinity } = config;
  const namespace = config.namespace.name;
  const provider = new k8s.Provider("cluster", { context: config.kubeContext, enableSecretMutable: true });

  const storage = createStorage(config.storage, { instance, namespace }, provider);
  const around = { provider, dependsOn: storage.resources };
  const before = config.namespace.create
    ? [...storage.resources, createNamespace(namespace, { instance, podSecurity: config.app.podSecurity }, around)]
    : storage.resources;
  const inside = { provider, dependsOn: before };

  const store = createStore(
    config.store,
    { instance, namespace, storage, passwordVersions: config.rotation.password, protect: config.protect },
    inside,
  );
  const signing = new SessionSecret(
    "session",
    {
      instance,
      namespace,
      keys: config.sessionSecret,
      versions: config.rotation.signingKeys,
      existing: config.sessionSecretRef,
    },
    inside,
  );
  const rollOn = { ...store.rollOn, ...(signing.keys === undefined ? {} : { keys: signing.keys }) };
  const { secretKey: sessionStore, connection, ca: storeCa } = store;
  const { secretKey: sessionSecret } = signing;
  const given = { sessionStore, connection, storeCa, sessionSecret, appSecrets: config.appSecrets, rollOn };
  const app = new App(
    "app",
    { ...config.app, ...given, instance, namespace, storage },
    { provider, dependsOn: [...before, ...store.resources, signing] },
  );
  const stablePods = config.app.workload === "statefulset";
  const exposure = new Exposure(
    "exposure",
    { instance, namespace, selector: app.selector, stablePods, service, ingress, affinity },
    { provider, dependsOn: app },
  );

  return {
    schemaVersion,
    url: exposure.url,
    ingress: exposure.ingress,
    namespace,
    app: { name: app.workload, service: exposure.service, port: config.service.port },
    sessionStore: store.outputs,
    storageClass: storage.className,
    sessionStoreUrl: store.url,
  };
}
