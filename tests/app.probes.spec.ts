import assert from "node:assert/strict";
import { create } from "./apps.ts";

// How a kubelet acts on them is Kubernetes' own promise.

const liveness = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 };
const readiness = { periodSeconds: 2, timeoutSeconds: 3, failureThreshold: 2 };

async function probes(health: object) {
  const { startupProbe, livenessProbe, readinessProbe } = (await create({ health })).container;
  return { startupProbe, livenessProbe, readinessProbe };
}

describe("App's probes", () => {
  it("http: by path, on the port that is given", async () => {
    const get = (path: string) => ({ httpGet: { path, port: 9090 } });
    assert.deepEqual(await probes({ kind: "http", live: "/live", ready: "/ready", port: 9090 }), {
      startupProbe: { ...get("/live"), periodSeconds: 1, failureThreshold: 120 },
      livenessProbe: { ...get("/live"), ...liveness },
      readinessProbe: { ...get("/ready"), ...readiness },
    });
  });

  it("tcp: the application's port, or another", async () => {
    const probesOf = (port: string | number) => ({
      startupProbe: { tcpSocket: { port }, periodSeconds: 1, failureThreshold: 120 },
      livenessProbe: { tcpSocket: { port }, ...liveness },
      readinessProbe: { tcpSocket: { port }, ...readiness },
    });
    assert.deepEqual(await probes({ kind: "tcp" }), probesOf("http"));
    assert.deepEqual(await probes({ kind: "tcp", port: 7000 }), probesOf(7000));
  });

  it("exec: commands, which get time to start", async () => {
    assert.deepEqual(await probes({ kind: "exec", live: ["check", "live"], ready: ["check", "ready"] }), {
      startupProbe: {
        exec: { command: ["check", "live"] },
        timeoutSeconds: 5,
        periodSeconds: 1,
        failureThreshold: 120,
      },
      livenessProbe: { exec: { command: ["check", "live"] }, ...liveness },
      readinessProbe: { exec: { command: ["check", "ready"] }, ...readiness },
    });
  });

  it("none: none", async () => {
    const { container } = await create({ health: { kind: "none" } });
    assert.deepEqual(
      Object.keys(container).filter((key) => key.endsWith("Probe")),
      [],
    );
  });

  it("give the seconds to start that are asked for", async () => {
    const { startupProbe } = await probes({ kind: "tcp", startupSeconds: 600 });
    assert.equal((startupProbe as { failureThreshold?: number }).failureThreshold, 600);
  });

  for (const [unreadySeconds, failureThreshold] of [
    [2, 1],
    [3, 2],
    [4, 2],
    [15, 8],
  ]) {
    it(`take a pod out after ${unreadySeconds} s: ${failureThreshold} failures, one every 2 s`, async () => {
      const { readinessProbe } = await probes({ kind: "http", unreadySeconds });
      assert.deepEqual(readinessProbe, {
        httpGet: { path: "/readyz", port: "http" },
        ...readiness,
        failureThreshold,
      });
    });
  }
});
