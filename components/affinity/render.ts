import { clientIP } from "./clientIP.ts";
import { traefikCookie } from "./traefik.ts";
import { nothing, type Affinity, type Rendering } from "./types.ts";

/** Translates affinity into the words of the ingress controller. The configuration has refused what makes no sense. */
export function renderAffinity(affinity: Affinity, tls: boolean): Rendering {
  switch (affinity.kind) {
    case "none":
      return nothing;
    case "cookie":
      return traefikCookie(affinity, tls);
    case "clientIP":
      return clientIP(affinity);
  }
}
