import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createConfigMap } from "../../components/configMap.ts";
import { labels, namespaceSecurity, selectorLabels } from "../../components/labels.ts";
import { restrictedContainer, restrictedPod } from "../../components/podSecurity.ts";
import { StatefulWorkload } from "../../components/statefulWorkload.ts";

/** User of the image. */
const user = 101;

/** Three nginx, each with a name in DNS and a page on a claim of its own. */
export default function nginxStateful() {
  const config = new pulumi.Config();
  const namespace = config.get("namespace") ?? "nginx-stateful";
  const identity = { name: "web", instance: `${pulumi.getProject()}-${pulumi.getStack()}` };
  const provider = new k8s.Provider("cluster", { context: config.require("kubeContext") });

  const room = new k8s.core.v1.Namespace(
    "namespace",
    { metadata: { name: namespace, labels: { ...labels(identity, "app"), ...namespaceSecurity("restricted") } } },
    { provider },
  );
  const data = { "nginx.conf": readFileSync(new URL("nginx.conf", import.meta.url), "utf8") };
  const settings = createConfigMap("settings", { name: "web", namespace, labels: labels(identity, "app") }, data, {
    provider,
    dependsOn: [room],
    // Pods behind a partition keep the old one, and come back with it.
    retainOnDelete: true,
  });
  const web = new StatefulWorkload(
    "web",
    {
      namespace,
      workload: "web",
      service: "web-pods",
      selector: selectorLabels(identity),
      labels: labels(identity, "app"),
      ports: { http: 8080 },
      replicas: config.getNumber("replicas") ?? 3,
      order: config.get("order", { allowedValues: ["ordered", "parallel"] }),
      partition: config.getNumber("partition"),
      minReadySeconds: config.getNumber("minReadySeconds"),
      claim: {
        name: "pages",
        size: config.get("size") ?? "1Gi",
        storageClassName: config.get("storageClassName"),
      },
      template: {
        spec: pod(config.get("image") ?? "docker.io/nginxinc/nginx-unprivileged:1.30.5-alpine", settings.name),
      },
    },
    { provider, dependsOn: [room, settings.object] },
  );
  return { namespace, pods: `${web.workload}-<number>.${web.service}.${namespace}.svc` };
}

function pod(image: string, settings: pulumi.Input<string>): k8s.types.input.core.v1.PodSpec {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 10,
    securityContext: { ...restrictedPod(user), fsGroup: user, fsGroupChangePolicy: "OnRootMismatch" },
    containers: [
      {
        name: "nginx",
        image,
        ports: [{ name: "http", containerPort: 8080 }],
        readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 1 },
        securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
        resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
        volumeMounts: [
          { name: "pages", mountPath: "/usr/share/nginx/html" },
          { name: "settings", mountPath: "/etc/nginx/nginx.conf", subPath: "nginx.conf", readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "settings", configMap: { name: settings } },
      { name: "tmp", emptyDir: {} },
    ],
  };
}
