import type { Dialect } from "./dialect.ts";
import { traefik } from "./traefik.ts";

/** The dialects, by the values of `ingress.controller`. */
export const dialects = { traefik } satisfies Record<string, Dialect>;

export type DialectName = keyof typeof dialects;
