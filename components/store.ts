import type * as pulumi from "@pulumi/pulumi";
import type { ExternalSettings, MemcachedSettings, RedisSettings, StoreSettings } from "../config/store.ts";
import type { PublicOutputs } from "../outputs.ts";
import { storeClientLabel } from "./labels.ts";
import { MemcachedStore } from "./memcachedStore.ts";
import { redisImage } from "./redis/names.ts";
import { RedisStore } from "./redisStore.ts";
import type { SecretKey } from "./sessionSecret.ts";
import type { Storage } from "./storage.ts";

export interface StoreContext {
  instance: string;
  /** Namespace of the stack, which exists. */
  namespace: string;
  storage: Storage;
  /** Versions of the passwords of kind redis, the one in use first. */
  passwordVersions: number[];
  /** Whether what holds data and secrets refuses to be deleted. */
  protect: boolean;
}

/** The session store in the words of those who use it, whatever its kind. */
export interface Store {
  /** Where the application finds the URL; undefined without a store. */
  secretKey: SecretKey | undefined;
  /** Where it finds the parts of the URL, by what their variables end with: `HOST`, `PORT`, … */
  connection: Record<string, SecretKey>;
  /** Where it finds the certificate of the authority that signed the server's, if that is a private one. */
  ca: SecretKey | undefined;
  /** Values whose change rolls the application's pods. */
  rollOn: Record<string, pulumi.Input<string>>;
  /** What other projects get. */
  outputs: PublicOutputs["sessionStore"];
  /** The whole URL, a secret; null where it is not known here or there is none. */
  url: pulumi.Output<string> | null;
  /** What must be there before the application. */
  resources: pulumi.Resource[];
}

/** Key of the Secret that holds the store's URL. */
const urlKey = "url";

export function createStore(
  settings: StoreSettings,
  context: StoreContext,
  opts: pulumi.ComponentResourceOptions,
): Store {
  switch (settings.kind) {
    case "redis":
      return redis(settings, context, opts);
    case "memcached":
      return memcached(settings, context, opts);
    case "external":
      return external(settings);
    case "none":
      return {
        secretKey: undefined,
        connection: {},
        ca: undefined,
        rollOn: {},
        outputs: null,
        url: null,
        resources: [],
      };
  }
}

function redis({ kind, ...settings }: RedisSettings, context: StoreContext, opts: pulumi.ComponentResourceOptions) {
  const { storage, ...stack } = context;
  const image = settings.image ?? redisImage(settings.engine);
  const volumes = { storageClassName: storage.className, accessMode: storage.accessMode };
  const args = { ...settings, ...stack, ...volumes, image };
  const store = new RedisStore("store", args, opts);
  const ca = settings.tls === null ? undefined : { name: settings.tls.secretName, key: "ca.crt" };
  return { ...served(kind, store, { tls: ca !== undefined, durable: true }), ca };
}

function memcached(
  { kind, ...settings }: MemcachedSettings,
  { instance, namespace }: StoreContext,
  opts: pulumi.ComponentResourceOptions,
) {
  const store = new MemcachedStore("store", { ...settings, instance, namespace }, opts);
  return served(kind, store, { tls: false, durable: false });
}

/** Keys of the Secret beside the URL's, for applications that take none. */
const connectionKeys = { redis: ["host", "port", "username", "password"], memcached: ["host", "port"] };

type Served = RedisStore | MemcachedStore;

/** What is the same of every store that runs in the stack. */
function served(kind: "redis" | "memcached", store: Served, traits: { tls: boolean; durable: boolean }): Store {
  const { host, port, secretName, url } = store;
  const connection = connectionKeys[kind].map((key) => [key.toUpperCase(), { name: secretName, key }] as const);
  return {
    secretKey: { name: secretName, key: urlKey },
    connection: Object.fromEntries(connection),
    ca: undefined,
    rollOn: { url },
    outputs: { kind, host, port, ...traits, secretName, secretKey: urlKey, clientLabel: storeClientLabel },
    url,
    resources: [store],
  };
}

/** A store of somebody else's: only the Secret with its URL is known, and that is read by the kubelet alone. */
function external({ kind, external: { secretName, key, host, port, tls } }: ExternalSettings): Store {
  const place = { host: host ?? null, port: port ?? null, tls, secretName, secretKey: key };
  return {
    secretKey: { name: secretName, key },
    connection: {},
    ca: undefined,
    rollOn: {},
    outputs: { kind, ...place, durable: true, clientLabel: storeClientLabel },
    url: null,
    resources: [],
  };
}
