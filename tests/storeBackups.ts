/** What tests expect of the Jobs of backups and restores. */

/** Labels of one of its objects. */
export const labels = (name: string) => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/instance": "shop-dev",
  "app.kubernetes.io/component": "session-store",
  "app.kubernetes.io/part-of": "session-stack",
  "app.kubernetes.io/managed-by": "session-stack",
});

/** The environment of lib.sh. */
export const environment = (tls = "no") => [
  { name: "ENGINE", value: "valkey" },
  { name: "NAMESPACE", value: "shop" },
  { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  { name: "PRIMARY_HOST", value: "redis-0.redis.shop.svc" },
  { name: "KEY_PREFIX", value: "sess:" },
  { name: "CORRUPT_TAIL", value: "repair" },
  { name: "TLS", value: tls },
];

/** What the pod of one of the Jobs has of its own. */
interface Expected {
  name: string;
  script: string;
  env: object[];
  memory: string;
  password: string;
  volumes: object[];
  mounts: object[];
  graceSeconds: number;
}

/** The pod's template. */
export const podTemplate = (pod: Expected) => ({
  metadata: { labels: { ...labels(pod.name), "session-stack/store-client": "true" } },
  spec: {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 999,
      runAsGroup: 999,
      fsGroup: 999,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    restartPolicy: "Never",
    terminationGracePeriodSeconds: pod.graceSeconds,
    containers: [
      {
        name: pod.name,
        image: "registry.example/valkey:8",
        command: ["sh", `/etc/session-store/${pod.script}`],
        env: [...environment(), ...pod.env],
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          readOnlyRootFilesystem: true,
        },
        resources: { requests: { cpu: "50m", memory: pod.memory }, limits: { memory: pod.memory } },
        volumeMounts: [
          { name: "config", mountPath: "/etc/session-store", readOnly: true },
          { name: "users", mountPath: "/run/secrets/session-store", readOnly: true },
          { name: "run", mountPath: "/run/session-store" },
          ...pod.mounts,
        ],
      },
    ],
    volumes: [
      { name: "config", configMap: { name: "redis-config-1" } },
      {
        name: "users",
        secret: { secretName: "session-store-users", items: [{ key: pod.password, path: "password" }] },
      },
      { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
      ...pod.volumes,
    ],
  },
});
