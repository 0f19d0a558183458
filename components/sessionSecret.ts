import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { labels } from "./labels.ts";

export interface SessionSecretArgs {
  instance: string;
  namespace: string;
  /** Signing keys, newest first, separated by commas. Default: one key, generated and kept in the stack's state. */
  keys?: pulumi.Input<string>;
  /** A Secret that exists in the namespace: nothing is made then. */
  existing?: SecretKey;
}

export interface SecretKey {
  name: string;
  key: string;
}

/** Secret that is made, and its key. */
const made: SecretKey = { name: "session-secret", key: "keys" };

/**
 * The keys that sign session cookies, apart from the store's Secret: whoever may read the store's URL need not be able
 * to forge a session, and losing these keys logs everybody out.
 */
export class SessionSecret extends pulumi.ComponentResource {
  readonly secretKey: SecretKey;
  /** The keys, for a checksum; undefined where the Secret is somebody else's. */
  readonly keys: pulumi.Output<string> | undefined;

  constructor(name: string, args: SessionSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:SessionSecret", name, {}, opts);
    this.secretKey = args.existing ?? made;
    this.keys = args.existing === undefined ? pulumi.secret(args.keys ?? this.generatedKey(name)) : undefined;
    if (this.keys !== undefined) this.createSecret(name, args, this.keys);
    this.registerOutputs({ secretKey: this.secretKey });
  }

  private generatedKey(name: string): pulumi.Output<string> {
    return new random.RandomPassword(`${name}-key`, { length: 48, special: false }, { parent: this }).result;
  }

  private createSecret(name: string, args: SessionSecretArgs, keys: pulumi.Output<string>) {
    const metadata = {
      name: made.name,
      namespace: args.namespace,
      labels: labels({ name: made.name, instance: args.instance }, "app"),
    };
    new k8s.core.v1.Secret(`${name}-secret`, { metadata, stringData: { [made.key]: keys } }, { parent: this });
  }
}
