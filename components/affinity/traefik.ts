import { nothing, type CookieAffinity, type Rendering } from "./types.ts";

const prefix = "traefik.ingress.kubernetes.io/service.sticky.cookie";

/**
 * Traefik reads stickiness from the Service, not from the Ingress (traefik#2392), and sets neither HttpOnly nor
 * SameSite by itself. The cookie names a pod; when that is gone, the next pod gets a new cookie.
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/#on-service
 */
export function traefikCookie({ name, maxAgeSeconds }: CookieAffinity, tls: boolean): Rendering {
  return {
    ...nothing,
    serviceAnnotations: {
      [prefix]: "true",
      [`${prefix}.name`]: name,
      [`${prefix}.path`]: "/",
      [`${prefix}.httponly`]: "true",
      [`${prefix}.samesite`]: "lax",
      [`${prefix}.secure`]: String(tls),
      ...(maxAgeSeconds === undefined ? {} : { [`${prefix}.maxage`]: String(maxAgeSeconds) }),
    },
  };
}
