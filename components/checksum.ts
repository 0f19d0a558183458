import * as pulumi from "@pulumi/pulumi";
import { keyedHash } from "./hash.ts";

/**
 * A pod annotation that changes with the given secrets, so that the pods roll with them: the Secrets keep their names,
 * which are a contract. Not itself a secret, for it is keyed.
 * @param key random and secret
 */
export function checksumAnnotation(
  secrets: Record<string, pulumi.Input<string>>,
  key: pulumi.Input<string>,
): Record<string, pulumi.Output<string>> {
  const digest = pulumi.all([key, pulumi.output(secrets)]).apply(([plainKey, plain]) => keyedHash(plainKey, plain));
  return { "session-stack/secrets-checksum": pulumi.unsecret(digest) };
}
