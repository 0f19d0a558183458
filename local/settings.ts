import { createHash } from "node:crypto";
import { isAbsolute, join, resolve } from "node:path";

/** Where the node of this machine keeps its things and which names it uses outside its own namespaces. */
export interface Settings {
  /** Checkout that runs this code: the owner of the node it starts. */
  owner: string;
  /** Folder of the node's state; SESSION_STACK_DIR, default /var/lib/session-stack. */
  directory: string;
  /** Folder of built artifacts, shared by all checkouts of one user. */
  cache: string;
  /** Port on 127.0.0.1 that leads to the ingress controller; SESSION_STACK_PORT, default 8080. */
  port: number;
  /** The same with TLS, port 443 of the controller; SESSION_STACK_TLS_PORT, default 8443. */
  tlsPort: number;
  /** Name of the node's control group and of the host's end of its network link. */
  name: string;
  addresses: Addresses;
}

/** The link between the machine and the node's network namespace. */
export interface Addresses {
  /** The node's own address: API server, NFS server, host ports. */
  node: string;
  /** The machine's address on the link. */
  host: string;
  /** Both, as a range. */
  range: string;
  /** What Services of type LoadBalancer get addresses of: 16, which the machine routes to the node. */
  balancers: string;
}

/** Ranges that exist only inside the node's network namespace. */
export const serviceRange = "10.97.0.0/16";
export const podRange = "10.98.0.0/24";
export const dnsAddress = "10.97.0.10";
/** Name of the context in the node's kubeconfig. */
export const contextName = "session-stack-local";
/** Version of the Kubernetes the node runs. */
export const kubernetesVersion = "v1.36.4";

const defaultDirectory = "/var/lib/session-stack";
const defaultPorts = { SESSION_STACK_PORT: 8080, SESSION_STACK_TLS_PORT: 8443 };

/**
 * Reads the settings from the environment.
 *
 * @param env the environment variables, usually `process.env`
 * @param home home folder of the user, for the cache
 * @param owner checkout that runs the code
 * @throws Error naming the variable, its value and what is allowed
 */
export function settingsFrom(
  env: NodeJS.ProcessEnv,
  home: string,
  owner = resolve(import.meta.dirname, ".."),
): Settings {
  const directory = env.SESSION_STACK_DIR ?? defaultDirectory;
  if (!isAbsolute(directory) || resolve(directory) === "/") {
    throw new Error(`SESSION_STACK_DIR is "${directory}": give the absolute path of a folder for the node's state`);
  }
  const path = resolve(directory);
  const isDefault = path === defaultDirectory;
  const digest = createHash("sha256").update(path).digest();
  // A node in another folder gets names and addresses of its own, so that two nodes do not meet.
  const octet = isDefault ? 0 : 1 + (digest.readUInt16BE(0) % 255);
  return {
    owner,
    directory: path,
    cache: join(env.XDG_CACHE_HOME ?? join(home, ".cache"), "session-stack"),
    ...portsFrom(env),
    // At most 15 characters: the kernel's limit for the name of a network link.
    name: isDefault ? "session-stack" : `ss-${digest.toString("hex").slice(0, 8)}`,
    addresses: {
      node: `10.99.${octet}.1`,
      host: `10.99.${octet}.254`,
      range: `10.99.${octet}.0/24`,
      balancers: `10.99.${octet}.32/28`,
    },
  };
}

function portsFrom(env: NodeJS.ProcessEnv): Pick<Settings, "port" | "tlsPort"> {
  const port = portFrom(env, "SESSION_STACK_PORT");
  const tlsPort = portFrom(env, "SESSION_STACK_TLS_PORT");
  if (port === tlsPort) {
    throw new Error(`SESSION_STACK_PORT and SESSION_STACK_TLS_PORT are both ${port}: give each a port of its own`);
  }
  return { port, tlsPort };
}

function portFrom(env: NodeJS.ProcessEnv, name: keyof typeof defaultPorts): number {
  const text = env[name];
  const port = text === undefined ? defaultPorts[name] : Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`${name} is "${text}": give a port between 1 and 65535`);
  }
  return port;
}

/** Every file and folder of a node, derived from the settings. */
export function pathsOf({ directory }: Pick<Settings, "directory">) {
  const run = join(directory, "run");
  return {
    run,
    /** Records of the started processes. */
    processes: join(run, "processes"),
    state: join(run, "node.json"),
    pki: join(run, "pki"),
    kubeconfigs: join(run, "kubeconfigs"),
    kubeconfig: join(run, "kubeconfig"),
    containerdSocket: join(run, "containerd.sock"),
    /** First folder in the PATH of kubelet and containerd. */
    tools: join(run, "tools"),
    bin: join(directory, "bin"),
    log: join(directory, "log"),
    etcd: join(directory, "etcd"),
    containerd: join(directory, "containerd"),
    kubelet: join(directory, "kubelet"),
    nfs: join(directory, "nfs"),
    export: join(directory, "nfs", "export"),
    keep: join(directory, "keep"),
  };
}

export type Paths = ReturnType<typeof pathsOf>;
