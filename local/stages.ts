import { dns, ingress, roles } from "./parts/addons.ts";
import { certificates } from "./parts/certificates.ts";
import { containerd } from "./parts/containerd.ts";
import { apiserver, controllers, scheduler } from "./parts/controlPlane.ts";
import { etcd } from "./parts/etcd.ts";
import { forward } from "./parts/forward.ts";
import { kubelet } from "./parts/kubelet.ts";
import { loadBalancer } from "./parts/loadBalancer.ts";
import { metrics } from "./parts/metrics.ts";
import { network } from "./parts/network.ts";
import { nfs } from "./parts/nfs.ts";
import type { Part } from "./parts/part.ts";
import { proxy } from "./parts/proxy.ts";

/** Parts that start side by side, once those of the stage before are ready. */
export interface Stage {
  title: string;
  parts: Part[];
}

/** The node, in the order of its start; it is stopped the other way round. */
export const stages: Stage[] = [
  { title: "Network", parts: [network] },
  { title: "Certificates, container runtime, NFS server", parts: [certificates, containerd, etcd, nfs] },
  { title: "Kubernetes API", parts: [apiserver] },
  { title: "Kubernetes node", parts: [roles, controllers, scheduler, proxy, kubelet] },
  { title: "DNS, ingress, load balancer, metrics", parts: [dns, ingress, forward, loadBalancer, metrics] },
];

export const allParts: Part[] = stages.flatMap(({ parts }) => parts);
