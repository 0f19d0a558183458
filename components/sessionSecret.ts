import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { labels } from "./labels.ts";

export interface SessionSecretArgs {
  instance: string;
  namespace: string;
  /** Signing keys, newest first, separated by commas. Default: generated ones, kept in the stack's state. */
  keys?: pulumi.Input<string>;
  /** Versions of the generated keys: the first signs, all are accepted. Default: one, [1]. */
  versions?: number[];
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
    if (args.existing === undefined) {
      const generated = args.keys === undefined ? this.generateKeys(name, args.versions ?? [1]) : {};
      const keys = args.keys ?? pulumi.all(Object.values(generated)).apply((all) => all.join(","));
      this.keys = pulumi.secret(keys);
      this.createSecret(name, args, { [made.key]: this.keys, ...generated });
    }
    this.registerOutputs({ secretKey: this.secretKey });
  }

  /** Keys by the name under which each stands on its own in the Secret, so that it can be told from the others. */
  private generateKeys(name: string, versions: number[]): Record<string, pulumi.Output<string>> {
    const keys = versions.map((version) => [`key-${version}`, this.generateKey(name, version)] as const);
    return Object.fromEntries(keys);
  }

  private generateKey(name: string, version: number): pulumi.Output<string> {
    // Before there were versions the only key had none in its name.
    const aliases = version === 1 ? [{ name: `${name}-key` }] : [];
    const args = { length: 48, special: false };
    return new random.RandomPassword(`${name}-key-${version}`, args, { parent: this, aliases }).result;
  }

  private createSecret(name: string, args: SessionSecretArgs, stringData: Record<string, pulumi.Input<string>>) {
    const metadata = {
      name: made.name,
      namespace: args.namespace,
      labels: labels({ name: made.name, instance: args.instance }, "app"),
    };
    new k8s.core.v1.Secret(`${name}-secret`, { metadata, stringData }, { parent: this });
  }
}
