import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { labels } from "../labels.ts";
import { exporterKey, exporterPasswords } from "./metrics.ts";
import { clientHost, clientUser, passwordKey, port, secret, storeUrl, users, usersSecret } from "./names.ts";

export interface PasswordArgs {
  instance: string;
  namespace: string;
  /** Versions that are accepted, the one in use first. */
  versions: number[];
  tls: { secretName: string } | null;
  metrics: { image: string } | null;
}

/** Where the passwords ended up. */
export interface Passwords {
  /** The application's URL with its password. */
  url: pulumi.Output<string>;
  secrets: k8s.core.v1.Secret[];
}

/**
 * A password for every user and version, in two Secrets: applications get theirs alone, the store's pods get all. The
 * servers load what changes without a restart, so that passwords can be changed without a pause (watch.sh).
 */
export function createPasswords(name: string, args: PasswordArgs, parent: pulumi.Resource): Passwords {
  const [current = 1] = args.versions;
  const generated = new Map<string, pulumi.Output<string>>();
  for (const version of args.versions) {
    for (const user of users) generated.set(passwordKey(user, version), password(`${name}-${user}-${version}`, parent));
  }
  const valueOf = (user: (typeof users)[number]) => generated.get(passwordKey(user, current)) ?? pulumi.output("");
  const appPassword = valueOf(clientUser);
  const url = pulumi.secret(appPassword.apply((plain) => storeUrl(plain, { ...args, tls: args.tls !== null })));
  const exporterFile = valueOf("metrics").apply((plain) => exporterPasswords(plain, args.tls));
  const create = (suffix: string, secretName: string, stringData: Record<string, pulumi.Input<string>>) =>
    new k8s.core.v1.Secret(`${name}-${suffix}`, { metadata: metadata(args, secretName), stringData }, { parent });
  return {
    url,
    secrets: [
      create("secret", secret, {
        host: clientHost(args.namespace),
        port: String(port),
        username: clientUser,
        password: appPassword,
        url,
      }),
      create("users", usersSecret, {
        current: String(current),
        ...Object.fromEntries(generated),
        ...(args.metrics === null ? {} : { [exporterKey]: exporterFile }),
      }),
    ],
  };
}

/** Letters and digits only: it stands in a URL and in redis.conf. 32 of them hold 190 bits. */
function password(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return pulumi.secret(new random.RandomPassword(name, { length: 32, special: false }, { parent }).result);
}

function metadata({ instance, namespace }: PasswordArgs, name: string) {
  return { name, namespace, labels: labels({ name: "redis", instance }, "session-store") };
}
