import {
  ApiException,
  AppsV1Api,
  AuthorizationV1Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  NetworkingV1Api,
  StorageV1Api,
  VersionApi,
} from "@kubernetes/client-node";

/** Which cluster: a context of a kubeconfig. */
export interface Target {
  /** Path of the kubeconfig; default: what kubectl would take. */
  kubeconfig?: string;
  context: string;
}

/** Connections to one cluster. */
export interface Cluster {
  config: KubeConfig;
  core: CoreV1Api;
  apps: AppsV1Api;
  batch: BatchV1Api;
  networking: NetworkingV1Api;
  storage: StorageV1Api;
  authorization: AuthorizationV1Api;
  version: VersionApi;
  custom: CustomObjectsApi;
  objects: KubernetesObjectApi;
}

/** @throws Error when the kubeconfig has no such context, naming those it has. */
export function connect({ kubeconfig, context }: Target): Cluster {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  const contexts = config.getContexts().map(({ name }) => name);
  if (!contexts.includes(context)) {
    throw new Error(`the kubeconfig has no context "${context}"; it has: ${contexts.join(", ") || "none"}`);
  }
  config.setCurrentContext(context);
  return {
    config,
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    networking: config.makeApiClient(NetworkingV1Api),
    storage: config.makeApiClient(StorageV1Api),
    authorization: config.makeApiClient(AuthorizationV1Api),
    version: config.makeApiClient(VersionApi),
    custom: config.makeApiClient(CustomObjectsApi),
    objects: KubernetesObjectApi.makeApiClient(config),
  };
}

/** The value, or undefined when the API server answers 404. */
export async function orUndefined<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}

/** The API server's own words, which the exception hides in its body. */
export function apiMessage(error: unknown): string {
  if (!(error instanceof ApiException)) return error instanceof Error ? error.message : String(error);
  const body: unknown = error.body;
  const status = (typeof body === "string" ? parse(body) : body) as { message?: string } | undefined;
  return status?.message ?? `the API server answered ${error.code}`;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return { message: body };
  }
}
