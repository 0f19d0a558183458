import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { create, labels } from "./apps.ts";
import { secret } from "./mocks.ts";

// That the variables reach the application is proved by the end-to-end topic "app".

const store = { name: "SESSION_STORE", valueFrom: { secretKeyRef: { name: "session-store", key: "url" } } };
const signing = { name: "SESSION_SECRET", valueFrom: { secretKeyRef: { name: "session-secret", key: "keys" } } };
const pod = { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };
const configMap = "kubernetes:core/v1:ConfigMap";

describe("App's variables", () => {
  it("in plain text come from a ConfigMap that is named by their content, before the program's own", async () => {
    const { made, container } = await create({ env: { LOG_LEVEL: "debug", EMPTY: "" } });
    assert.deepEqual(made.find(configMap, "app-env-32a9c4c754").inputs, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "app-env-32a9c4c754", namespace: "shop", labels },
      immutable: true,
      data: { LOG_LEVEL: "debug", EMPTY: "" },
    });
    assert.deepEqual(container.envFrom, [{ configMapRef: { name: "app-env-32a9c4c754" } }]);
    assert.deepEqual(container.env, [store, signing, pod]);
  });

  it("hold the store's URL by the name that is asked for, and the signing keys of the Secret that is given", async () => {
    const { container } = await create({ sessionEnv: "REDIS_URL" }, { sessionSecret: { name: "signing", key: "k" } });
    assert.deepEqual(container.env, [
      { ...store, name: "REDIS_URL" },
      { name: "SESSION_SECRET", valueFrom: { secretKeyRef: { name: "signing", key: "k" } } },
      pod,
    ]);
  });

  it("hold the parts of the URL under the same name", async () => {
    const connection = {
      HOST: { name: "session-store", key: "host" },
      PASSWORD: { name: "session-store", key: "password" },
    };
    const { container } = await create({ sessionEnv: "CACHE" }, { connection });
    assert.deepEqual(container.env, [
      { ...store, name: "CACHE" },
      { name: "CACHE_HOST", valueFrom: { secretKeyRef: { name: "session-store", key: "host" } } },
      { name: "CACHE_PASSWORD", valueFrom: { secretKeyRef: { name: "session-store", key: "password" } } },
      signing,
      pod,
    ]);
  });

  it("without a store hold no URL, and the pods are no clients of one", async () => {
    const { container, pod: template } = await create({}, { sessionStore: undefined });
    assert.deepEqual(container.env, [signing, pod]);
    assert.deepEqual(template.metadata.labels, labels);
  });

  it("tell where the store's certificate is, of whose Secret the pods get nothing else", async () => {
    const { container, pod: template } = await create(
      { writable: [] },
      { storeCa: { name: "store-tls", key: "ca.crt" } },
    );
    assert.deepEqual(container.env, [
      store,
      { name: "SESSION_STORE_CA", value: "/etc/session-store-tls/ca.crt" },
      signing,
      pod,
    ]);
    assert.deepEqual(container.volumeMounts, [
      { name: "session-store-ca", mountPath: "/etc/session-store-tls", readOnly: true },
    ]);
    assert.deepEqual(template.spec.volumes, [
      { name: "session-store-ca", secret: { secretName: "store-tls", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    ]);
  });

  it("come out of Secrets that exist, and out of the configuration's by a Secret of the stack", async () => {
    const secretEnv = { API_KEY: { name: "api", key: "token" }, DB_PASSWORD: { config: "db-password" } };
    const appSecrets = { "db-password": pulumi.secret("hush") };
    const { made, container } = await create({ secretEnv }, { appSecrets });
    assert.deepEqual(container.env, [
      store,
      signing,
      pod,
      { name: "API_KEY", valueFrom: { secretKeyRef: { name: "api", key: "token" } } },
      { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "app-secrets", key: "db-password" } } },
    ]);
    assert.deepEqual(made.find("kubernetes:core/v1:Secret", "app-secrets").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "app-secrets", namespace: "shop", labels },
      stringData: secret({ "db-password": "hush" }),
    });
  });

  it("can be named in the arguments of the command", async () => {
    const { container } = await create({ command: ["serve"], args: ["--port", "$(PORT)"], env: { PORT: "8080" } });
    assert.deepEqual([container.command, container.args], [["serve"], ["--port", "$(PORT)"]]);
  });
});
