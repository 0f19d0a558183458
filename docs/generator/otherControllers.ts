/** A controller that is no dialect. */
export interface OtherController {
  name: string;
  /** How affinity is had with this stack: a sentence. */
  how: string;
  /** What it gives, and its limits: a sentence. */
  gives: string;
}

/** Controllers that the overview tells about, and what to write for them. */
export const otherControllers: OtherController[] = [
  {
    name: "Kong",
    how:
      "`ingress.controller: other`, and in `service.annotations` the key `konghq.com/upstream-policy` with the name of a " +
      "KongUpstreamPolicy that you make in the namespace.",
    gives:
      "Weak with `algorithm: consistent-hashing` and `hashOn.cookie`; strong with `sticky-sessions` of Kong Enterprise 3.11. " +
      "No attributes but name and path.",
  },
  {
    name: "Cilium",
    how:
      "Its Ingress has none. With its Gateway API, `ingress.controller: gateway-api` in releases after 1.20; without an " +
      "Ingress, `affinity.kind: clientIP`.",
    gives: "Strong by the Gateway API; the Service's affinity is kept in eBPF on each node.",
  },
  {
    name: "Azure Application Gateway (AGIC)",
    how:
      '`ingress.controller: other`, and in `ingress.annotations` the keys `appgw.ingress.kubernetes.io/cookie-based-affinity: "true"` ' +
      'and `appgw.ingress.kubernetes.io/cookie-based-affinity-distinct-name: "true"`.',
    gives:
      "The cookie `ApplicationGatewayAffinity` without Secure and HttpOnly; its twin `ApplicationGatewayAffinityCORS` has " +
      "SameSite=None and Secure.",
  },
  {
    name: "Azure Application Gateway for Containers",
    how: "Outside: a RoutePolicy for the HTTPRoute or an IngressExtension for the Ingress, with `sessionAffinity`.",
    gives:
      "`affinityType` managed-cookie (the cookie `AGCAffinity`, 86400 s) or application-cookie with `cookieName` and `cookieDuration`.",
  },
  {
    name: "GKE Gateway",
    how:
      "Outside: a GCPBackendPolicy for the Service with `spec.default.sessionAffinity`, or a GCPSessionAffinityPolicy; the " +
      "route itself by `ingress.controller: gateway-api` with `affinity.kind: none`.",
    gives:
      "Weak, by a generated or own cookie, a header or the client's address, 0 to 1209600 s; strong with the cookie `GSSA` " +
      "of GCPSessionAffinityPolicy.",
  },
  {
    name: "Envoy Gateway",
    how: "`ingress.controller: gateway-api`; for a hash, outside: a BackendTrafficPolicy with `spec.loadBalancer.consistentHash`.",
    gives:
      "Strong by the Gateway API, HttpOnly alone; up to 1.9 the cookie's path is the route's (#8580). The hash's cookie takes " +
      "attributes such as Secure and SameSite.",
  },
  {
    name: "kgateway",
    how: '`ingress.controller: gateway-api` with `gateway.version: "1.6"`.',
    gives: "As its implementation of sessionPersistence; its build does not have the shape of 1.7 (#14681).",
  },
  {
    name: "NGINX Gateway Fabric",
    how:
      "With NGINX Plus and its experimental flag `ingress.controller: gateway-api`; without Plus, outside: an " +
      "UpstreamSettingsPolicy with `loadBalancingMethod`.",
    gives: "Strong with Plus; else weak, `ip_hash` or `hash consistent`. Neither Secure nor HttpOnly.",
  },
];
