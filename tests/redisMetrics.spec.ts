import assert from "node:assert/strict";
import { parse } from "yaml";
import {
  alertRules,
  exporterContainer,
  exporterPasswords,
  exporterVolumes,
  metricsAnnotations,
  metricsServicePort,
} from "../components/redis/metrics.ts";

// Prometheus itself has not read the rules, and no exporter runs here.

const tls = { secretName: "store-tls" };
const args = { image: "registry.example/exporter:1", namespace: "shop", tls: null };

describe("the exporter", () => {
  it("is told the member beside it and a file with its password, and runs restricted", () => {
    assert.deepEqual(exporterContainer(args), {
      name: "exporter",
      image: "registry.example/exporter:1",
      env: [
        { name: "REDIS_ADDR", value: "redis://localhost:6379" },
        { name: "REDIS_USER", value: "metrics" },
        { name: "REDIS_PASSWORD_FILE", value: "/run/secrets/exporter/exporter.json" },
        { name: "REDIS_EXPORTER_CONFIG_COMMAND", value: "-" },
        { name: "REDIS_EXPORTER_DISABLE_SCRAPE_ENDPOINT", value: "true" },
        { name: "REDIS_EXPORTER_LOG_LEVEL", value: "WARN" },
      ],
      ports: [{ name: "metrics", containerPort: 9121 }],
      livenessProbe: {
        httpGet: { path: "/-/reload", port: "metrics" },
        periodSeconds: 30,
        timeoutSeconds: 5,
        failureThreshold: 6,
      },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        runAsUser: 59000,
        runAsGroup: 59000,
        readOnlyRootFilesystem: true,
      },
      resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
      volumeMounts: [{ name: "exporter", mountPath: "/run/secrets/exporter", readOnly: true }],
    });
    assert.deepEqual(exporterVolumes("session-store-users", null), [
      {
        name: "exporter",
        secret: {
          secretName: "session-store-users",
          items: [{ key: "exporter.json", path: "exporter.json" }],
          defaultMode: 0o440,
        },
      },
    ]);
  });

  it("checks the member's certificate by the clients' name, and is given no key", () => {
    const container = exporterContainer({ ...args, tls });
    const env = container.env as { name: string; value: string }[];
    assert.deepEqual(
      [env[0], ...env.slice(-2)],
      [
        { name: "REDIS_ADDR", value: "rediss://localhost:6379" },
        { name: "REDIS_EXPORTER_TLS_CA_CERT_FILE", value: "/run/secrets/exporter-ca/ca.crt" },
        { name: "REDIS_EXPORTER_TLS_SERVER_NAME", value: "redis-master.shop.svc" },
      ],
    );
    assert.deepEqual((container.volumeMounts as unknown[])[1], {
      name: "exporter-ca",
      mountPath: "/run/secrets/exporter-ca",
      readOnly: true,
    });
    assert.deepEqual(exporterVolumes("session-store-users", tls)[1], {
      name: "exporter-ca",
      secret: { secretName: "store-tls", items: [{ key: "ca.crt", path: "ca.crt" }], defaultMode: 0o440 },
    });
  });

  it("finds its password under the address and user that it connects by", () => {
    assert.equal(exporterPasswords("hush", null), '{"redis://metrics@localhost:6379":"hush"}');
    assert.equal(exporterPasswords("hush", tls), '{"rediss://metrics@localhost:6379":"hush"}');
  });

  it("is found by collectors", () => {
    assert.deepEqual(metricsAnnotations, { "prometheus.io/scrape": "true", "prometheus.io/port": "9121" });
    assert.deepEqual(metricsServicePort, { name: "metrics", port: 9121, targetPort: "metrics" });
  });
});

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

describe("the alert rules", () => {
  const file = parse(alertRules("shop")) as { groups: { name: string; rules: Rule[] }[] };
  const [group] = file.groups;
  const rules = group?.rules ?? [];

  it("are one group for the store of one namespace", () => {
    assert.deepEqual(
      file.groups.map(({ name }) => name),
      ["session-store-shop"],
    );
    assert.equal(alertRules("shop").includes("__"), false);
    assert.deepEqual(
      rules.map(({ alert, labels }) => `${alert} ${labels.severity}`),
      [
        "SessionStoreDown critical",
        "SessionStoreNotReady warning",
        "SessionStoreMemoryHigh warning",
        "SessionStoreEvicting warning",
        "SessionStoreWriteFailing critical",
        "SessionStoreRewriteFailing warning",
        "SessionStoreReplicaLinkDown warning",
        "SessionStoreRejectsConnections warning",
        "SessionStoreBackupMissing warning",
        "SessionStoreNeverBackedUp warning",
      ],
    );
  });

  /** Names in exporter/exporter.go of redis_exporter 1.88.0, and in docs/metrics of kube-state-metrics. */
  const known = new Set([
    "redis_up",
    "redis_memory_used_bytes",
    "redis_memory_max_bytes",
    "redis_evicted_keys_total",
    "redis_aof_last_write_status",
    "redis_aof_last_bgrewrite_status",
    "redis_master_link_up",
    "redis_rejected_connections_total",
    "kube_pod_status_ready",
    "kube_cronjob_created",
    "kube_cronjob_next_schedule_time",
    "kube_cronjob_status_last_schedule_time",
    "kube_cronjob_status_last_successful_time",
  ]);

  for (const { alert, expr, annotations } of rules) {
    it(`${alert} asks for metrics that there are, of this namespace alone`, () => {
      const metrics = [...expr.matchAll(/\b(redis|kube)_\w+/g)].map(([metric]) => metric);
      assert.notEqual(metrics.length, 0);
      for (const metric of metrics) assert.ok(known.has(metric), metric);
      assert.equal([...expr.matchAll(/\{namespace="shop"[,}]/g)].length, metrics.length);
      assert.ok(annotations.summary !== "" && annotations.description !== "");
    });
  }
});
