import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selectorLabels, storeClientLabel, type Labels } from "./labels.ts";
import * as memcached from "./memcached.ts";

export interface MemcachedStoreArgs {
  /** Value of the label app.kubernetes.io/instance. */
  instance: string;
  /** Namespace of the stack, which exists. */
  namespace: string;
  /** Image with `memcached` on its path. */
  image: string;
  /** Memory limit of the pod, a Kubernetes quantity; three quarters of it hold items. */
  memory: string;
}

/**
 * A session store in memory alone: one memcached, whose sessions are lost whenever its pod restarts.
 *
 * One pod on purpose: a second would not share its sessions with the first.
 */
export class MemcachedStore extends pulumi.ComponentResource {
  /** Host that clients connect to. */
  readonly host: string;
  readonly port: number;
  /** Secret with the keys `url`, `host` and `port`. */
  readonly secretName: string;
  /** The whole URL. It holds no password, for memcached has none: a secret like that of the other kinds. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: MemcachedStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:MemcachedStore", name, args, opts);
    this.host = memcached.host(args.namespace);
    this.port = memcached.port;
    this.secretName = memcached.secret;
    this.url = pulumi.secret(memcached.url(args.namespace));
    const context = { name, args, parent: this };

    createSecret(context, this.url);
    createNetworkPolicy(context);
    const deployment = createDeployment(context);
    createService(context, deployment);

    this.registerOutputs({ host: this.host, port: this.port, secretName: this.secretName });
  }
}

interface Context {
  name: string;
  args: MemcachedStoreArgs;
  parent: pulumi.Resource;
}

const identity = (args: MemcachedStoreArgs) => ({ name: memcached.name, instance: args.instance });
const selector = (args: MemcachedStoreArgs): Labels => selectorLabels(identity(args));

function metadata({ args }: Context, name: string) {
  return { name, namespace: args.namespace, labels: labels(identity(args), "session-store") };
}

function createSecret(context: Context, url: pulumi.Output<string>) {
  return new k8s.core.v1.Secret(
    `${context.name}-secret`,
    {
      metadata: metadata(context, memcached.secret),
      stringData: { host: memcached.host(context.args.namespace), port: String(memcached.port), url },
    },
    { parent: context.parent },
  );
}

/** memcached knows no password: who may connect is all that protects it. */
function createNetworkPolicy(context: Context) {
  const { name, args, parent } = context;
  return new k8s.networking.v1.NetworkPolicy(
    `${name}-policy`,
    {
      metadata: metadata(context, memcached.name),
      spec: {
        podSelector: { matchLabels: selector(args) },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ podSelector: { matchLabels: storeClientLabel } }],
            ports: [{ protocol: "TCP", port: memcached.port }],
          },
        ],
      },
    },
    { parent },
  );
}

function createDeployment(context: Context) {
  const { name, args, parent } = context;
  return new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata: metadata(context, memcached.name),
      spec: {
        replicas: 1,
        // Never two at once: each would keep other sessions.
        strategy: { type: "Recreate" },
        selector: { matchLabels: selector(args) },
        template: {
          metadata: { labels: labels(identity(args), "session-store") },
          spec: memcached.podSpec(args),
        },
      },
    },
    { parent, customTimeouts: { create: "3m", update: "3m" } },
  );
}

function createService(context: Context, deployment: k8s.apps.v1.Deployment) {
  const { name, args, parent } = context;
  return new k8s.core.v1.Service(
    `${name}-service`,
    {
      // Its pod has been waited for already.
      metadata: { ...metadata(context, memcached.name), annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        type: "ClusterIP",
        selector: selector(args),
        ports: [{ name: "memcached", port: memcached.port, targetPort: "memcached" }],
      },
    },
    { parent, dependsOn: deployment },
  );
}
