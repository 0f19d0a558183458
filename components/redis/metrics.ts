import { readFileSync } from "node:fs";
import type { types } from "@pulumi/kubernetes";
import type { Labels } from "../labels.ts";
import { restrictedContainer } from "../podSecurity.ts";
import { clientHost, port } from "./names.ts";

/** The exporter beside each member, and the alert rules for what it tells. Pure. */

export const metricsPort = 9121;

/** Port of the headless Service, by which a collector finds every member. */
export const metricsServicePort = { name: "metrics", port: metricsPort, targetPort: "metrics" };

/** Annotations of the members' pods, for collectors that go by them. */
export const metricsAnnotations: Labels = {
  "prometheus.io/scrape": "true",
  "prometheus.io/port": String(metricsPort),
};

/** Key of the Secret with the store's users that holds the exporter's password in the form that it reads. */
export const exporterKey = "exporter.json";

/** User of the store. */
const user = "metrics";

export interface ExporterArgs {
  image: string;
  namespace: string;
  tls: { secretName: string } | null;
}

/** The member's address from beside it; with TLS the certificate is checked by the name that clients use. */
const address = (tls: ExporterArgs["tls"]) => `${tls === null ? "redis" : "rediss"}://localhost:${port}`;

/**
 * The value of `exporterKey`. A file, for an environment variable would show the password in the pod's description, and
 * in this form, for the image has no shell that could read another.
 * @see https://github.com/oliver006/redis_exporter#authenticating-with-redis
 */
export function exporterPasswords(password: string, tls: ExporterArgs["tls"]): string {
  return JSON.stringify({ [address(tls).replace("://", `://${user}@`)]: password });
}

const passwordFolder = "/run/secrets/exporter";
const caFolder = "/run/secrets/exporter-ca";

/** Any number but 0: the exporter reads one file by its group and writes none. It is the image's own. */
const exporterUser = 59000;

/**
 * The exporter's container. It has no readiness probe: a member serves without it.
 *
 * `/-/reload` answers when the exporter is alive and the password file can be read, and makes it read that file: this
 * probe is how a rotated password gets known to it.
 */
export function exporterContainer({ image, namespace, tls }: ExporterArgs): types.input.core.v1.Container {
  const env = {
    REDIS_ADDR: address(tls),
    REDIS_USER: user,
    REDIS_PASSWORD_FILE: `${passwordFolder}/${exporterKey}`,
    // The answer to CONFIG GET holds passwords; INFO tells the limits that matter.
    REDIS_EXPORTER_CONFIG_COMMAND: "-",
    // /scrape?target= would connect to whatever its caller names.
    REDIS_EXPORTER_DISABLE_SCRAPE_ENDPOINT: "true",
    REDIS_EXPORTER_LOG_LEVEL: "WARN",
    ...(tls === null
      ? {}
      : {
          REDIS_EXPORTER_TLS_CA_CERT_FILE: `${caFolder}/ca.crt`,
          REDIS_EXPORTER_TLS_SERVER_NAME: clientHost(namespace),
        }),
  };
  return {
    name: "exporter",
    image,
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    ports: [{ name: "metrics", containerPort: metricsPort }],
    livenessProbe: {
      httpGet: { path: "/-/reload", port: "metrics" },
      periodSeconds: 30,
      timeoutSeconds: 5,
      // A restart makes the member unready for a moment, so it is the last resort.
      failureThreshold: 6,
    },
    securityContext: {
      ...restrictedContainer,
      runAsUser: exporterUser,
      runAsGroup: exporterUser,
      readOnlyRootFilesystem: true,
    },
    resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
    volumeMounts: [
      { name: "exporter", mountPath: passwordFolder, readOnly: true },
      ...(tls === null ? [] : [{ name: "exporter-ca", mountPath: caFolder, readOnly: true }]),
    ],
  };
}

/** Readable for the pod's group, `fsGroup`, which the exporter belongs to. */
const groupReadable = 0o440;

/** The pod's volumes for the exporter: of the Secrets only what it needs. */
export function exporterVolumes(usersSecret: string, tls: ExporterArgs["tls"]): types.input.core.v1.Volume[] {
  const only = (name: string, secretName: string, key: string) => ({
    name,
    secret: { secretName, items: [{ key, path: key }], defaultMode: groupReadable },
  });
  return [
    only("exporter", usersSecret, exporterKey),
    ...(tls === null ? [] : [only("exporter-ca", tls.secretName, "ca.crt")]),
  ];
}

/** ConfigMap with the alert rules, and its key. */
export const alertsName = "session-store-alerts";
export const alertsKey = "alerts.yaml";

/** The alert rules as a file of Prometheus, for the store in this namespace. */
export function alertRules(namespace: string): string {
  return readFileSync(new URL(alertsKey, import.meta.url), "utf8").replaceAll("__namespace__", namespace);
}
