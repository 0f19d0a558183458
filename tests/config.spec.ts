import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ConfigError, readConfig } from "../config.ts";
import { configure, ingress, minimal, nfs, problemsOf, read, refuses } from "./configs.ts";
import { project } from "./mocks.ts";

// The values are encoded here as the engine 3.259 was seen to do; no engine runs in these tests.

const key = "0123456789abcdef0123456789abcdef";

describe("configuration", () => {
  it("fills in every default", async () => {
    assert.deepEqual(await read({}), {
      instance: "shop-dev",
      kubeContext: "kind-shop",
      namespace: { name: "shop-dev", create: true },
      sessionSecret: undefined,
      appSecrets: {},
      storage: { kind: "existing", className: "block" },
      store: {
        kind: "redis",
        engine: "valkey",
        replicas: 2,
        durability: "always",
        memory: "256Mi",
        size: "1Gi",
        eviction: "noeviction",
        keyPrefix: "sess:",
        corruptTail: "repair",
        tls: null,
        backup: null,
        metrics: null,
      },
      rotation: { password: [1], signingKeys: [1] },
      app: {
        image: "ghcr.io/acme/shop:1.4.2",
        pullSecrets: [],
        workload: "deployment",
        port: 8080,
        autoscale: null,
        rollout: { minReadySeconds: 0, deadlineSeconds: 300, history: 10 },
        claim: null,
        scheduling: { spread: "preferred", antiAffinity: "none", nodeSelector: {}, tolerations: [] },
        sessionEnv: "SESSION_STORE",
        session: {},
        command: [],
        args: [],
        env: {},
        secretEnv: {},
        files: {},
        health: { kind: "http", live: "/healthz", ready: "/readyz", startupSeconds: 120, unreadySeconds: 4 },
        resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
        initContainers: [],
        sidecars: [],
        podSecurity: "restricted",
        readOnlyRoot: true,
        writable: ["/tmp"],
        drainSeconds: 10,
      },
      service: { type: "ClusterIP", port: 80, annotations: {} },
      ingress: null,
      affinity: { kind: "none" },
      protect: false,
    });
  });

  it("protects what holds sessions and secrets in stack prod alone", async () => {
    assert.equal((await read({}, { stack: "prod" })).protect, true);
    assert.equal((await read({}, { stack: "staging" })).protect, false);
  });

  it("fills in the defaults of NFS storage, of an Ingress and of affinity", async () => {
    const { storage } = await read({ storage: nfs });
    assert.deepEqual(storage, {
      kind: "nfs",
      className: "nfs-client",
      nfs: {
        server: "nfs.example.internal",
        path: "/exports/sessions",
        provisioner: "subdir",
        provisionerImage: "registry.k8s.io/sig-storage/nfs-subdir-external-provisioner:v4.0.2",
        directories: "stable",
        mountOptions: ["nfsvers=4.1", "hard", "noatime"],
      },
    });
    const exposed = await read({ ingress, affinity: { kind: "cookie" } });
    assert.deepEqual(exposed.ingress, {
      controller: "traefik",
      hosts: [{ host: "shop.example.com", paths: [{ path: "/", pathType: "Prefix" }] }],
      defaultBackend: false,
      tls: null,
      annotations: {},
    });
    assert.deepEqual(exposed.affinity, { kind: "cookie", strict: true });
    const { affinity } = await read({ affinity: { kind: "clientIP" } });
    assert.deepEqual(affinity, { kind: "clientIP", timeoutSeconds: 10800 });
  });

  it("fills in no default beside a part of resources that is given", async () => {
    const { app } = await read({ app: { ...minimal.app, resources: { requests: {}, limits: {} } } });
    assert.deepEqual(app.resources, { requests: {}, limits: {} });
  });

  it("names all problems at once, each key that is not known by itself", async () => {
    const values = {
      kubeContext: undefined,
      typo: "x",
      slip: 1,
      storage: { kind: "nfs", nfs: { server: "UPPER", paht: "/x" } },
      store: { replicas: 9, memory: "lots" },
      app: undefined,
    };
    const top =
      "kubeContext, namespace, sessionSecret, sessionSecretRef, storage, store, rotation, app, service, ingress, affinity";
    assert.deepEqual(await problemsOf(values), [
      'shop:storage.nfs.server must be a DNS name in lower case, got "UPPER"',
      "shop:storage.nfs.path is missing: it must be an absolute path: it starts with / and has no spaces",
      "shop:storage.nfs.paht is not a key of provisioner subdir; allowed: provisioner, provisionerImage, server, path, directories, prefix, mountOptions",
      "shop:store.replicas must be a whole number from 0 to 5, got 9",
      'shop:store.memory must be a quantity of memory or storage such as "256Mi" or "1Gi", got "lots"',
      "shop:app is missing: it must be an object (keys: image, pullSecrets, workload, port, replicas, autoscale, rollout, claim, scheduling, sessionEnv, session, command, args, env, secretEnv, files, health, resources, initContainers, sidecars, podSecurity, runAsUser, readOnlyRoot, writable, drainSeconds, graceSeconds)",
      `shop:typo is not a known key; allowed: ${top}`,
      `shop:slip is not a known key; allowed: ${top}`,
    ]);
  });

  it("names all problems of keys that contradict each other at once", async () => {
    const values = { kubeContext: undefined, sessionSecret: key, store: { size: "1Mi" }, affinity: { kind: "cookie" } };
    assert.deepEqual(await problemsOf(values), [
      "shop:kubeContext is required in every stack but local: nothing is applied to whatever context is current",
      "shop:sessionSecret is stored in plain text; set it again with: pulumi config set --secret sessionSecret",
      'shop:store.size must be at least 461Mi: three times maxmemory, which is 60 % of memory 256Mi (an AOF rewrite needs room), got "1Mi"',
      "shop:affinity.kind cookie needs an ingress, which sets the cookie; use clientIP or none",
    ]);
  });

  it("puts the problems below one heading", () => {
    const error = new ConfigError(["shop:a is wrong", "shop:b is wrong"]);
    assert.equal(
      error.message,
      "The configuration of this stack cannot be used:\n  shop:a is wrong\n  shop:b is wrong",
    );
    assert.ok(pulumi.RunError.isInstance(error), "the engine would print a stack trace");
  });

  it("leaves the keys of others alone", async () => {
    await configure(minimal);
    const others = { "kubernetes:context": "x", "pulumi:tags": '{"a":"b"}', "shopping:app": "x" };
    pulumi.runtime.setAllConfig({ ...pulumi.runtime.allConfig(), ...others });
    assert.equal(readConfig().kubeContext, "kind-shop");
  });

  describe("encoded by the engine", () => {
    it("takes null, which arrives as an empty string, for no Ingress", async () => {
      assert.equal((await read({ ingress: "" })).ingress, null);
    });

    it("takes null in a rendered stack for no Ingress", async () => {
      assert.equal((await read({ ingress: null })).ingress, null);
    });

    it("takes numbers and booleans inside an object", async () => {
      const { namespace, service } = await read({ namespace: '{"create":false}', service: ' {"port": 8080}' });
      assert.deepEqual(namespace, { name: "shop-dev", create: false });
      assert.equal(service.port, 8080);
    });

    it("takes a string for a string, whatever it looks like", async () => {
      for (const kubeContext of ["5", "true", "{kind", "[", "nullable"])
        assert.equal((await read({ kubeContext })).kubeContext, kubeContext);
    });

    refuses("store", [
      ["{not JSON", ' must be an object whose kind is redis, memcached, external or none, got "{not JSON"'],
      [null, " must be an object whose kind is redis, memcached, external or none, got null"],
      [[1], " must be an object whose kind is redis, memcached, external or none"],
    ]);
  });

  describe("kubeContext", () => {
    it("is the local node's in stack local", async () => {
      const { kubeContext } = await read({ kubeContext: undefined }, { stack: "local" });
      assert.equal(kubeContext, "session-stack-local");
    });

    refuses("kubeContext", [
      [undefined, " is required in every stack but local: nothing is applied to whatever context is current"],
      ["", " must name a context of the kubeconfig, got null"],
      [{ a: 1 }, " must name a context of the kubeconfig"],
    ]);
  });

  describe("namespace", () => {
    const name = `.name must be a DNS label of at most 55 characters: lower-case letters, digits and "-"`;

    it("takes 55 characters, for -storage is added", async () => {
      const given = { name: "n".repeat(55), create: false };
      assert.deepEqual((await read({ namespace: given })).namespace, given);
    });

    refuses("namespace", [
      [{ name: "Shop" }, `${name}, got "Shop"`],
      [{ name: "n".repeat(56) }, `${name}, got "${"n".repeat(56)}"`],
      [{ name: "-shop" }, `${name}, got "-shop"`],
      [{ name: 5 }, `${name}, got 5`],
      [{ create: "yes" }, '.create must be true or false, got "yes"'],
      [{ labels: {} }, ".labels is not a known key; allowed: name, create"],
      ["shop", ' must be an object (keys: name, create), got "shop"'],
    ]);

    it("refuses a stack whose name cannot name objects", async () => {
      for (const stack of ["Dev", "v1.2", "my_stack", "s".repeat(51)]) {
        assert.deepEqual(await problemsOf({ namespace: { name: "shop" } }, { stack }), [
          `the stack needs another name: ${project}-${stack}, which names objects in the cluster, must be a DNS label of at most 55 characters`,
        ]);
      }
    });
  });
});
