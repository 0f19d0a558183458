import { readAuthorities } from "./store/authorities.ts";
import { reasonOf } from "./log.ts";

const REDIS_FORM = "redis[s]://[user:password@]host[:port][/database]";
const MEMCACHED_FORM = "memcached://host[:port]";
const FILE_FORM = "file:///folder";
const FORMS = `${REDIS_FORM}, ${MEMCACHED_FORM}, ${FILE_FORM} or memory:`;

/**
 * What is wrong with SESSION_STORE, in one line, or undefined. Never repeats any part of the value: with a stray character
 * the password may sit anywhere in it.
 */
export function storeUrlProblem(value: string): string | undefined {
  const problem = problemOf(value);
  return problem === undefined ? undefined : `SESSION_STORE: ${problem}`;
}

/** What is wrong with SESSION_STORE_CA for the store at `url`, in one line, or undefined; undefined `path` is not set. */
export function storeCaProblem(path: string | undefined, url: string): string | undefined {
  if (path === undefined) return undefined;
  if (!/^rediss:/i.test(url)) {
    return "SESSION_STORE_CA: is set, but SESSION_STORE is not a rediss:// URL; use one, or leave this out";
  }
  try {
    readAuthorities(path);
    return undefined;
  } catch (error) {
    return `SESSION_STORE_CA: cannot be used: ${reasonOf(error)}; give the path of a PEM file with the store's CA`;
  }
}

function problemOf(value: string): string | undefined {
  if (value === "") return `is not set; give the URL of the session store, ${FORMS}`;
  if (!URL.canParse(value)) return `is not a URL; give ${FORMS}, with user and password percent-encoded`;
  const url = new URL(value);
  switch (url.protocol) {
    case "redis:":
    case "rediss:":
      return redisProblem(url);
    case "memcached:":
      return memcachedProblem(url);
    case "file:":
      return fileProblem(url);
    case "memory:":
      return url.href === "memory:" ? undefined : "has something behind memory:; give memory: alone";
    default:
      return "has an unsupported scheme; use redis://, for TLS rediss://, memcached://, file://, or memory:";
  }
}

function redisProblem(url: URL): string | undefined {
  if (url.hostname === "") return `has no host; give ${REDIS_FORM}`;
  if (url.search !== "" || url.hash !== "") {
    return "has a query or a fragment; leave it out, and write ? as %3F and # as %23 in a password";
  }
  if (!/^(\/\d*)?$/.test(url.pathname)) {
    return "has a path that is not a database number; use for example /0, or leave it out";
  }
  if (!isPercentEncoded(url.username) || !isPercentEncoded(url.password)) {
    return "has a user or password that is not percent-encoded; write % as %25";
  }
  return undefined;
}

function memcachedProblem(url: URL): string | undefined {
  if (url.hostname === "") return `has no host; give ${MEMCACHED_FORM}`;
  if (url.username !== "" || url.password !== "") {
    return `has a user or password, which memcached's text protocol has no place for; give ${MEMCACHED_FORM}`;
  }
  // memcache-client takes what is before the first colon for the host.
  if (url.hostname.startsWith("[")) return `has an IPv6 address; give a name that leads to it, ${MEMCACHED_FORM}`;
  if (url.hostname.includes(",")) return `has more than one host; give ${MEMCACHED_FORM}`;
  if (url.port === "0") return `has port 0; give one from 1 to 65535, ${MEMCACHED_FORM}`;
  if (!/^\/?$/.test(url.pathname) || url.search !== "" || url.hash !== "") {
    return `has something behind host and port; give ${MEMCACHED_FORM}`;
  }
  return undefined;
}

function fileProblem(url: URL): string | undefined {
  const isFolder = url.hostname === "" && url.pathname !== "/" && isPercentEncoded(url.pathname);
  if (!isFolder || url.search !== "" || url.hash !== "") {
    return `does not name a folder of this machine; give ${FILE_FORM}, percent-encoded`;
  }
  return undefined;
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
