import { httpRoute } from "./httpRoute.ts";

/** Kinds beside Kubernetes' own that a stack may have made, so that what it no longer has can be found and deleted. */
export const customKinds: { apiVersion: string; kind: string }[] = [
  httpRoute,
  { apiVersion: "traefik.io/v1alpha1", kind: "Middleware" },
  { apiVersion: "ingress.v3.haproxy.org/v3", kind: "Backend" },
  { apiVersion: "cloud.google.com/v1", kind: "BackendConfig" },
  { apiVersion: "networking.gke.io/v1beta1", kind: "FrontendConfig" },
  { apiVersion: "networking.istio.io/v1", kind: "DestinationRule" },
];
