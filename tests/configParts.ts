import fc from "fast-check";

/** Parts of arbitrary configurations. */

export const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,18}[a-z0-9])?$/);
export const dnsName = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join("."));
export const path = fc.stringMatching(/^\/[!-~]{0,12}$/);
export const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/);

/** Keys that may be left out, and are half of the time. */
export const optional = <T>(fields: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record(fields, { requiredKeys: [] });
