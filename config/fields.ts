import { isIP } from "node:net";
import { z } from "zod";
import { isRange } from "./cidr.ts";
import { cpuPattern, memoryPattern, parseBytes, parseCores } from "./quantity.ts";

/**
 * Building blocks of the schema. Every message completes the sentence "session-stack:<path> <message>"; to those that
 * begin with "must", the value given is added.
 *
 * docs/generator makes docs/config.md and the editors' JSON Schema of the schema's structure and of its metadata:
 * `description`; `otherwise`, the default where the schema has none; `page`, which tells more, below docs/;
 * `patternErrorMessage`, what a text must be, which editors say in place of its pattern; `shapes`, what a value that code checks may be.
 */

const unsupported = z.custom<undefined>((value) => value === undefined, "is not yet supported; remove it").optional();

/** A key of the contract that this release does not implement. */
export const notYet = () => unsupported;

/** An object that refuses keys it does not know, each with a line that says which it knows. */
export function object<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).filter((key) => shape[key] !== unsupported);
  const own = `a ${choice(shape) ?? "known key"}`;
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `is not ${own}; allowed: ${known.join(", ")}`
        : `must be an object (keys: ${known.join(", ")})`,
  });
}

/** What distinguishes one object of a union from the others, such as "key of kind nfs". */
function choice(shape: z.core.$ZodLooseShape): string | undefined {
  for (const [key, field] of Object.entries(shape)) {
    const literal: unknown = field instanceof z.ZodDefault ? field.unwrap() : field;
    if (literal instanceof z.ZodLiteral) return `key of ${key} ${String(literal.value)}`;
  }
  return undefined;
}

/**
 * An error for a union of objects told apart by one of their keys. A word that there is not has the path of that key;
 * what is no object has its own. `later` names words of the contract that are not implemented yet.
 */
export function oneOfThe(discriminator: string, words: string[], later: string[] = []) {
  return {
    error: (issue: z.core.$ZodRawIssue) =>
      issue.code === "invalid_union"
        ? mustBe(words, later, (issue.input as Record<string, unknown>)[discriminator])
        : `must be an object whose ${discriminator} is ${alternatives.format(words)}`,
  };
}

/** "a, b or c" */
export const alternatives = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** One of a fixed set of words. `later` names words of the contract that are not implemented yet. */
export function oneOf<const Word extends string>(words: readonly Word[], later: readonly string[] = []) {
  return z.enum(words, { error: ({ input }) => mustBe(words, later, input) });
}

/** What `oneOf` says; for the kinds of a discriminated union, too. */
export function mustBe(words: readonly string[], later: readonly string[], input: unknown): string {
  const postponed = later.find((word) => word === input);
  const hint = postponed === undefined ? "" : ` (${postponed} is not yet supported)`;
  return `must be ${alternatives.format(words)}${hint}`;
}

export function text(pattern: RegExp, must: string) {
  return z.string(must).regex(pattern, must).meta({ patternErrorMessage: must });
}

export function wholeNumber(min: number, max: number) {
  const must = `must be a whole number from ${min} to ${max}`;
  return z.int(must).min(min, must).max(max, must);
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const dnsLabel = (max = 63) =>
  text(
    new RegExp(`^(?=.{1,${max}}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$`),
    `must be a DNS label of at most ${max} characters: lower-case letters, digits and "-"`,
  );

/** A namespace's 63 characters without "-storage", which the provisioner's own namespace adds. */
export const namespaceLength = 55;
export const namespaceName = () => dnsLabel(namespaceLength);

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
export const dnsName = () =>
  text(
    /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/,
    "must be a DNS name in lower case",
  );

const imagePath = "[a-z0-9]+(?:(?:[.]|__?|-+)[a-z0-9]+)*";

/** @see https://github.com/distribution/reference/blob/main/regexp.go */
export const imageReference = () =>
  text(
    new RegExp(
      `^(?:[\\w.-]+(?::\\d+)?/)?${imagePath}(?:/${imagePath})*(?::\\w[\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
    ),
    "must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2",
  );

export const memoryQuantity = () => {
  const must = 'must be a quantity of memory or storage such as "256Mi" or "1Gi"';
  return z
    .string(must)
    .refine((value) => (parseBytes(value) ?? 0) > 0, { error: must, abort: true })
    .meta({ pattern: memoryPattern.source, patternErrorMessage: must });
};

export const cpuQuantity = () => {
  const must = 'must be a quantity of CPU in quotes, such as "50m" or "1.5"';
  return z
    .string(must)
    .refine((value) => (parseCores(value) ?? 0) > 0, must)
    .meta({ pattern: cpuPattern.source, patternErrorMessage: must });
};

/** An absolute path, of a URL or of a file system. */
export const absolutePath = () => text(/^\/\S*$/, "must be an absolute path: it starts with / and has no spaces");

/** A path in an Ingress. @see validateHTTPIngressPath in pkg/apis/networking/validation of Kubernetes */
export const ingressPath = () =>
  absolutePath().refine(
    (path) => !/\/\/|\/\.{1,2}(\/|$)|%2f/i.test(path),
    "must be written plainly, for an Ingress takes no //, no . or .. as a part, and no %2f",
  );

/**
 * A host in an Ingress, one label of which may be "*", the first: an address is none, and would be refused when
 * everything else is there already.
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards
 */
export const ingressHost = () =>
  text(
    /^(?=.{1,253}$)(\*\.)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/,
    'must be a DNS name in lower case, or one after "*."',
  ).refine(
    (host) => isIP(host.replace("*.", "")) === 0,
    "must be a DNS name and not an address, for a controller goes by names",
  );

/** A range of addresses. */
export const cidr = () => {
  const must = "must be an address range such as 10.0.0.0/8 or 2001:db8::/32, without bits beyond its prefix";
  return z.string(must).refine(isRange, must).meta({ patternErrorMessage: must });
};

const qualified = /^(?=[^/]{1,253}\/)[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const unqualified = /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const isQualified = (name: string) => (name.includes("/") ? qualified : unqualified).test(name);
const nameForm = 'at most 63 letters, digits, "-", "_" and ".", after a DNS name and "/" where it has an owner';

/** @see IsQualifiedName in staging/src/k8s.io/apimachinery/pkg/util/validation of Kubernetes */
export const qualifiedName = () => {
  const must = `must be ${nameForm}`;
  return z.string(must).refine(isQualified, must).meta({ patternErrorMessage: must });
};

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const labelValue = () => {
  const must = 'must be the value of a label: at most 63 letters, digits, "-", "_" and ".", or ""';
  return z
    .string(must)
    .refine((value) => value === "" || unqualified.test(value), must)
    .meta({ patternErrorMessage: must });
};

/** A user's annotations. Pulumi's own are not the user's: what waits for what is decided here. */
export const annotations = () =>
  z.record(
    z
      .string()
      .refine(isQualified, `is not the key of an annotation: ${nameForm}`)
      .refine((key) => !key.startsWith("pulumi.com/"), "is read by Pulumi, and set by session-stack where it matters"),
    z.string("must be a string: put numbers and booleans in quotes"),
    {
      error: ({ code, ...issue }) =>
        code === "invalid_key"
          ? (issue as unknown as z.core.$ZodIssueInvalidKey).issues[0]?.message
          : "must map keys to strings",
    },
  );

/** One of two shapes, told apart by whether an object is given: problems are those of the one, not of a union. */
export function textOrObject<Text extends z.ZodType, Shape extends z.ZodType>(plain: Text, shape: Shape) {
  return z
    .unknown()
    .transform((value, context): z.output<Text> | z.output<Shape> => {
      const result = (typeof value === "object" && value !== null ? shape : plain).safeParse(value);
      if (result.success) return result.data;
      context.issues.push(...(result.error.issues as unknown as typeof context.issues));
      return z.NEVER;
    })
    .meta({ shapes: [plain, shape] });
}

/** @see RFC 6265, section 4.1.1: a cookie's name is a token. */
export const cookieName = () =>
  text(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/, "must be a cookie name of 1 to 64 token characters");

/** @see RFC 6265, section 4.1.1: a path of a cookie has no ";" and no control character, here no space or quote either. */
export const cookiePath = () =>
  text(/^\/[!#-:<-~]{0,255}$/, 'must be a path of a cookie: it starts with / and has no space, quote or ";"');

/** @see RFC 9110, section 5.1: a header's name is a token. */
export const headerName = () =>
  text(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/, "must be the name of a header, of 1 to 64 token characters");

export const environmentName = () =>
  text(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "must be the name of an environment variable: letters, digits and _, no digit first",
  );

export const flag = () => z.boolean("must be true or false");

/** The name of a key in a Secret's data. @see https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data */
export const secretEntry = () => text(/^(?!\.$|\.\.)[-._a-zA-Z0-9]{1,253}$/, "must be a key of a Secret");
