import { fileStore } from "./files.ts";
import type { StoreLink, StoreOptions } from "./link.ts";
import { connectMemcached } from "./memcached.ts";
import { memoryStore } from "./memory.ts";
import { connectRedis } from "./redis.ts";

/** The store that the URL's scheme names. */
export function connectStore(options: StoreOptions): StoreLink {
  switch (new URL(options.url).protocol) {
    case "memory:":
      return memoryStore(options);
    case "file:":
      return fileStore(options);
    case "memcached:":
      return connectMemcached(options);
    default:
      return connectRedis(options);
  }
}
