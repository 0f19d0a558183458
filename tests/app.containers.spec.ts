import assert from "node:assert/strict";
import { create } from "./apps.ts";

// That the API server takes them under Pod Security restricted is proved by the end-to-end suite.

const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};
const resources = { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } };

describe("App's containers", () => {
  it("that end come first, then those that go on, each with what it asks for and no more", async () => {
    const { pod } = await create({
      writable: [],
      env: { MINE: "1" },
      sidecars: [
        {
          name: "proxy",
          image: "proxy:1",
          port: 9000,
          ready: "/up",
          env: { MODE: "tls" },
          secretEnv: { KEY: { name: "tls", key: "k" } },
        },
      ],
      initContainers: [
        { name: "migrate", image: "shop:1", command: ["migrate"], args: ["--all"] },
        { name: "warm", image: "shop:1", secretEnv: { TOKEN: { config: "token" } } },
      ],
    });
    assert.deepEqual(pod.spec.initContainers, [
      {
        name: "migrate",
        image: "shop:1",
        command: ["migrate"],
        args: ["--all"],
        securityContext: restricted,
        resources,
      },
      {
        name: "warm",
        image: "shop:1",
        securityContext: restricted,
        resources,
        env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "app-secrets", key: "token" } } }],
      },
      {
        name: "proxy",
        image: "proxy:1",
        securityContext: restricted,
        resources,
        env: [
          { name: "MODE", value: "tls" },
          { name: "KEY", valueFrom: { secretKeyRef: { name: "tls", key: "k" } } },
        ],
        restartPolicy: "Always",
        ports: [{ containerPort: 9000 }],
        startupProbe: { httpGet: { path: "/up", port: 9000 }, periodSeconds: 1, failureThreshold: 120 },
      },
    ]);
  });

  it("beside the application are not waited for when nobody says how", async () => {
    const { pod } = await create({ writable: [], sidecars: [{ name: "logs", image: "logs:1", port: 24224 }] });
    assert.deepEqual(pod.spec.initContainers, [
      {
        name: "logs",
        image: "logs:1",
        securityContext: restricted,
        resources,
        restartPolicy: "Always",
        ports: [{ containerPort: 24224 }],
      },
    ]);
  });

  it("are the application alone by default, with the image's own command", async () => {
    const { pod, container } = await create();
    assert.deepEqual(
      ["initContainers" in pod.spec, "command" in container, "args" in container],
      [false, false, false],
    );
  });

  it("listen on the port that is given", async () => {
    const { container } = await create({ port: 3000 });
    assert.deepEqual(container.ports, [{ name: "http", containerPort: 3000 }]);
  });

  it("are pulled with the Secrets that are named", async () => {
    const { pod } = await create({ pullSecrets: ["registry", "mirror"] });
    assert.deepEqual(pod.spec.imagePullSecrets, [{ name: "registry" }, { name: "mirror" }]);
  });
});

describe("App's end", () => {
  it("does not pause when there is nothing to drain", async () => {
    const { pod, container } = await create({ drainSeconds: 0 });
    assert.equal("lifecycle" in container, false);
    assert.equal(pod.spec.terminationGracePeriodSeconds, 30);
  });

  it("comes as late as is said", async () => {
    const { pod, container } = await create({ drainSeconds: 5, graceSeconds: 300 });
    assert.deepEqual(container.lifecycle, { preStop: { sleep: { seconds: 5 } } });
    assert.equal(pod.spec.terminationGracePeriodSeconds, 300);
  });
});

describe("App's rights", () => {
  it("under podSecurity baseline are those of the image's user, root too, without new privileges", async () => {
    const { pod, container } = await create({ podSecurity: "baseline", readOnlyRoot: false });
    assert.deepEqual(pod.spec.securityContext, { seccompProfile: { type: "RuntimeDefault" } });
    assert.deepEqual(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: false });
  });

  it("runAsUser: a number in the place of the image's name", async () => {
    const { pod } = await create({ runAsUser: 1001 });
    assert.deepEqual(pod.spec.securityContext, {
      runAsNonRoot: true,
      runAsUser: 1001,
      runAsGroup: 1001,
      seccompProfile: { type: "RuntimeDefault" },
    });
  });
});
