import { appWarnings } from "./appWarnings.ts";
import { exposureWarnings } from "./exposureWarnings.ts";
import type { Settings } from "./schema.ts";

/** What a configuration gives up on purpose, said loudly on every run: one sentence each. */
export function warnings(settings: Settings, stack: string): string[] {
  return [...storeWarnings(settings, stack), ...appWarnings(settings.app, stack), ...exposureWarnings(settings, stack)];
}

function storeWarnings({ store, app }: Settings, stack: string): string[] {
  const isProduction = stack === "prod";
  switch (store.kind) {
    case "redis":
      return [
        ...(isProduction && store.durability === "everysec" ? [everysec] : []),
        ...(isProduction && store.tls === null ? [plainText] : []),
      ];
    case "memcached":
      return [memcached];
    case "external":
      return isProduction && !store.external.tls ? [externalPlainText] : [];
    case "none":
      return [app.claim === null ? none : noneWithClaims];
  }
}

const memcached =
  "store.kind memcached keeps sessions in memory alone: all sessions are lost when its pod restarts. Use redis to keep them.";
const none =
  "store.kind none: each session lives in one pod and is lost with it, so a rollout of the application logs everybody out. Use redis to keep them.";
const noneWithClaims =
  "store.kind none: each session lives in one pod, and whoever comes while that pod is away is led to another one and logged out. Use redis to let the others serve.";
const everysec =
  "store.durability everysec in prod: the writes of the last second or two, acknowledged already, are lost when the node fails. Use always to keep them.";
const plainText =
  "store.tls null in prod: sessions and the store's password cross the cluster's network in plain text. Set store.tls.secretName to encrypt them.";
const externalPlainText =
  "store.external.tls false in prod: sessions and the store's password cross the network in plain text. Use a rediss:// URL and say so.";
