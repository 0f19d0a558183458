import { any, only, plainName } from "./dialect.ts";

/** Why a name has few characters: a clause. */
export const verbatim = "it is copied into the configuration of HAProxy";

/** What HAProxy's own `cookie` can and can't, whichever controller writes it. */
export const haproxyCookie = {
  name: plainName(verbatim),
  path: only(["/"], "HAProxy always sets Path=/"),
  domain: any(),
  rebalance: only(["never"], "its cookie names a pod until that goes"),
  canary: only(["sticky"], "a visitor's cookie is stronger than the weights"),
  onFailure: only(["repick"], "HAProxy sends a visitor whose pod can't be reached to another one"),
};
