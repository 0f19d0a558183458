import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** Version of the shape below; raised when a consumer would have to change. */
export const schemaVersion = 1;

/** What a stack tells others, apart from the credentials. */
const publicOutputs = z.object({
  schemaVersion: z.literal(schemaVersion, {
    error: ({ input }) => `must be ${schemaVersion}, got ${JSON.stringify(input)}`,
  }),
  /** Where people reach the application; null where only the cluster or its nodes do, or no host is without "*". */
  url: z.string().nullable(),
  /** `className` is null for what has no class, such as an HTTPRoute. */
  ingress: z.object({ className: z.string().nullable(), host: z.string(), affinity: z.string() }).nullable(),
  namespace: z.string(),
  /** The application's workload and Service. */
  app: z.object({ name: z.string(), service: z.string(), port: z.number() }),
  /** Where clients find the store and the Secret that holds its URL; null when there is none. */
  sessionStore: z
    .object({
      kind: z.enum(["redis", "memcached", "external"]),
      /** Null where an external store's URL alone tells it. */
      host: z.string().nullable(),
      port: z.number().nullable(),
      tls: z.boolean(),
      /** Whether the store keeps sessions over its own restart; taken for granted of an external one. */
      durable: z.boolean(),
      secretName: z.string(),
      secretKey: z.string(),
      /** Labels that a client's pods carry. */
      clientLabel: z.record(z.string(), z.string()),
    })
    .nullable(),
  storageClass: z.string(),
});

export type PublicOutputs = z.infer<typeof publicOutputs>;

/** All outputs of a stack, as `index.ts` returns them. */
export type StackOutputs = { [Name in keyof PublicOutputs]: pulumi.Input<PublicOutputs[Name]> } & {
  /** The store's URL with its password: a secret. Null where the stack does not know it: kinds external and none. */
  sessionStoreUrl: pulumi.Output<string> | null;
};

/** What another project gets. */
export interface SessionStack {
  outputs: pulumi.Output<PublicOutputs>;
  /**
   * A secret: encrypted in the state of whoever uses it, too. Null where the stack has no store, or an external one,
   * whose URL stands in the Secret `sessionStore.secretName` alone.
   */
  sessionStoreUrl: pulumi.Output<string | null>;
}

/**
 * Reads another project's session-stack, checked.
 * Fails with one line for every output that is missing or has another shape: the stack was not deployed, is not a
 * session-stack, or is of another version.
 */
export function readSessionStack(reference: pulumi.StackReference): SessionStack {
  const names = Object.keys(publicOutputs.shape);
  // One by one: a StackReference marks all outputs taken together as secret when one of them is.
  const raw = pulumi.all(names.map((name) => reference.getOutput(name)));
  const outputs = pulumi.all([reference.name, raw]).apply(([stack, values]) => {
    const present = names.map((name, index) => [name, values[index] as unknown] as const);
    return parse(stack, Object.fromEntries(present));
  });
  const url = pulumi
    .all([reference.name, outputs, reference.getOutput("sessionStoreUrl")])
    .apply(([stack, { sessionStore }, value]) => checkUrl(stack, sessionStore, value));
  return { outputs, sessionStoreUrl: pulumi.secret(url) };
}

function checkUrl(stack: string, store: PublicOutputs["sessionStore"], url: unknown): string | null {
  if (typeof url === "string") return url;
  // A backend may leave out what is null.
  if (store === null || store.kind === "external") return null;
  throw refusal(stack, ["  output sessionStoreUrl is missing"]);
}

function parse(stack: string, values: Record<string, unknown>): PublicOutputs {
  const result = publicOutputs.safeParse(values, { reportInput: true });
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message, input }) => {
    const where = `  output ${path.join(".")}`;
    return input === undefined ? `${where} is missing` : `${where}: ${message}`;
  });
  throw refusal(stack, lines);
}

function refusal(stack: string, lines: string[]): pulumi.RunError {
  return new pulumi.RunError([`${stack} is not a session-stack of version ${schemaVersion}:`, ...lines].join("\n"));
}
