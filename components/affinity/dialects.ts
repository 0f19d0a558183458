import { alb } from "./alb.ts";
import { contour } from "./contour.ts";
import type { Dialect } from "./dialect.ts";
import { gatewayApi } from "./gatewayApi.ts";
import { gke } from "./gke.ts";
import { haproxyIngress } from "./haproxyIngress.ts";
import { haproxytech } from "./haproxytech.ts";
import { ingressNginx } from "./ingressNginx.ts";
import { istio } from "./istio.ts";
import { nginx } from "./nginx.ts";
import { other } from "./other.ts";
import { traefik } from "./traefik.ts";

/** The dialects, by the values of `ingress.controller`. */
export const dialects = {
  traefik,
  "ingress-nginx": ingressNginx,
  "haproxy-ingress": haproxyIngress,
  haproxytech,
  nginx,
  "gateway-api": gatewayApi,
  alb,
  gke,
  istio,
  contour,
  other,
} satisfies Record<string, Dialect>;

export type DialectName = keyof typeof dialects;
