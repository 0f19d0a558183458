import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./hash.ts";

/**
 * A pod annotation that changes with the given secrets, so that the pods roll with them: the Secrets keep their names,
 * which are a contract. Not itself a secret: what it digests is random and long.
 */
export function checksumAnnotation(
  secrets: Record<string, pulumi.Input<string>>,
): Record<string, pulumi.Output<string>> {
  const digest = pulumi.output(secrets).apply((plain) => contentHash(plain));
  return { "session-stack/secrets-checksum": pulumi.unsecret(digest) };
}
