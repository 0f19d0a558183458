import { z } from "zod";
import { parseBytes, parseCores } from "./quantity.ts";

/**
 * Building blocks of the schema. Every message completes the sentence
 * "session-stack:<path> <message>, got <value>".
 */

const names = (keys: string[]) => keys.map((key) => `"${key}"`).join(", ");

/** An object that refuses keys it does not know, and says which it knows. */
export function object<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `has no key ${names(issue.keys)}; allowed: ${known}`
        : `must be an object with the keys ${known}`,
  });
}

/** One of a fixed set of words. `later` names words of the contract that are not implemented yet. */
export function oneOf<const Word extends string>(words: readonly Word[], later: readonly string[] = []) {
  return z.enum(words, {
    error: (issue) =>
      later.includes(issue.input as string)
        ? `"${String(issue.input)}" is not yet supported; use ${words.join(" or ")}`
        : `must be one of ${words.join(", ")}`,
  });
}

/** A key of the contract (design: config.md) that this release does not implement. */
export function notYet() {
  return z.custom<undefined>((value) => value === undefined, "is not yet supported; remove it").optional();
}

export function text(pattern: RegExp, must: string) {
  return z.string(must).regex(pattern, must);
}

export function wholeNumber(min: number, max: number) {
  const must = `must be a whole number from ${min} to ${max}`;
  return z.int(must).min(min, must).max(max, must);
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const dnsLabel = (max = 63) =>
  z
    .string(`must be a DNS label: lower-case letters, digits and "-", at most ${max} characters`)
    .max(max, `must be a DNS label of at most ${max} characters`)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, `must be a DNS label: lower-case letters, digits and "-"`);

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
export const dnsName = () =>
  text(
    /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/,
    "must be a DNS name in lower case",
  );

export const imageReference = () =>
  text(
    /^[a-z0-9][\w.\-/:]*[a-z0-9](@sha256:[0-9a-f]{64})?$/i,
    "must be a container image such as ghcr.io/acme/shop:1.4.2",
  );

export const memoryQuantity = () => {
  const must = "must be a quantity of memory or storage such as 256Mi or 1Gi";
  return z.string(must).refine((value) => (parseBytes(value) ?? 0) > 0, must);
};

export const cpuQuantity = () => {
  const must = "must be a quantity of CPU such as 50m or 1.5";
  return z.string(must).refine((value) => (parseCores(value) ?? 0) > 0, must);
};

/** An absolute path, of a URL or of a file system. */
export const absolutePath = () => text(/^\/\S*$/, "must be an absolute path: it starts with / and has no spaces");

/** @see RFC 6265, section 4.1.1: a cookie's name is a token. */
export const cookieName = () =>
  text(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/, "must be a cookie name of 1 to 64 token characters");
