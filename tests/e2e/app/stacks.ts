import type { KubernetesObject } from "../../../render/objects.ts";
import { stacks, type Overrides } from "../../../render/stackFile.ts";
import { render } from "../../rendered.ts";

/** What a stack can be made of, each beside what Pulumi.dev.yaml says. */
const variants: Record<string, Overrides> = {
  statefulset: { "app.workload": "statefulset", "app.claim": { size: "256Mi" } },
  "statefulset without store": {
    "app.workload": "statefulset",
    "app.claim": {},
    "app.rollout": { order: "parallel", partition: 1, minReadySeconds: 5 },
    store: { kind: "none" },
  },
  autoscale: { "app.replicas": undefined, "app.autoscale": { min: 2, max: 6 } },
  memcached: { store: { kind: "memcached" } },
  "external store": { store: { kind: "external", external: { secretName: "shop-redis" } } },
  "redis with replicas, TLS, backups and metrics": {
    store: {
      engine: "redis",
      replicas: 2,
      tls: { secretName: "redis-tls" },
      backup: { schedule: "15 3 * * *" },
      metrics: {},
    },
  },
  "storage of the cluster, own certificate": {
    storage: { kind: "existing", className: "block" },
    ingress: {
      controller: "traefik",
      hosts: [{ host: "shop.example.com" }],
      tls: { secretName: "shop-tls" },
    },
  },
  "NFS by the cluster's driver": {
    storage: { kind: "nfs", nfs: { provisioner: "csi", server: "nfs.example.internal", path: "/exports" } },
  },
  "load balancer": { ingress: null, service: { type: "LoadBalancer" }, affinity: { kind: "none" } },
  "everything an application can say": {
    app: {
      image: "ghcr.io/acme/shop:1.4.2",
      replicas: 4,
      pullSecrets: ["registry"],
      command: ["/shop"],
      args: ["--greeting=$(GREETING)"],
      env: { GREETING: "hello" },
      secretEnv: { DATABASE: { name: "database", key: "url" } },
      files: { "/etc/shop/shop.conf": "a=1\n" },
      health: { kind: "tcp" },
      initContainers: [{ name: "migrate", image: "ghcr.io/acme/migrate:2.0.0" }],
      sidecars: [{ name: "proxy", image: "ghcr.io/acme/proxy:3.1.0", port: 9000, ready: "/ready" }],
      scheduling: { spread: "required", antiAffinity: "required", nodeSelector: { disk: "fast" } },
      runAsUser: 12345,
      rollout: { minReadySeconds: 5 },
    },
  },
};

/** The titles of stacks and variants with what renders each. */
export const everyStack: [title: string, objects: () => Promise<KubernetesObject[]>][] = [
  ...stacks().map((stack) => [`stack ${stack}`, rendered(stack, {})] as const),
  ...Object.entries(variants).map(([title, overrides]) => [title, rendered("dev", overrides)] as const),
].map(([title, objects]) => [title, objects]);

function rendered(stack: string, overrides: Overrides) {
  return async () => (await render(stack, overrides)).objects;
}
