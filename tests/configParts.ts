import fc from "fast-check";

/** Parts of arbitrary configurations. */

export const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,18}[a-z0-9])?$/);
export const dnsName = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join("."));
export const path = fc.stringMatching(/^\/[!-~]{0,12}$/);
export const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/);

export const image = fc
  .tuple(fc.constantFrom("", "ghcr.io/", "localhost:5000/"), fc.stringMatching(/^[a-z0-9]{1,8}([._/-][a-z0-9]{1,8})?$/))
  .chain(([host, name]) => fc.constantFrom("", ":1.4.2", `@sha256:${"0a".repeat(32)}`).map((tag) => host + name + tag));
export const secretEntry = fc.stringMatching(/^[-._a-zA-Z0-9]{1,10}$/).filter((key) => !/^(\.$|\.\.)/.test(key));

/** Keys that may be left out, and are half of the time. */
export const optional = <T>(fields: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record(fields, { requiredKeys: [] });
