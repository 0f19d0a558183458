import type { Environment } from "../../cli/environment.ts";
import type { StackOptions } from "../../deploy/stack.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { ownStack, unreachable, withoutVolumes } from "../../tests/e2e/ownStack.ts";

/** How much is measured. */
export interface Extent {
  /** Times that each update is measured; the median counts. */
  updates: number;
  /** Times that each burst of requests is measured; the median counts. */
  bursts: number;
  /** Stacks beside each other at the end. */
  stacks: number;
}

/** Says what is being done, a line at a time. */
export type Report = (line: string) => void;

/** Leaving pods make room at once: how long the demo serves on is not what is measured, and no request is on its way. */
export const leavesAtOnce = { LINGER_SECONDS: "0" };

const app: Overrides = {
  // Without a limit of CPU: it would be the limit that is measured.
  "app.resources": { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
  "app.env": leavesAtOnce,
  "app.drainSeconds": 0,
};

/** A Service with an address that the machine and the node reach alike: logins come from here, the load from there. */
const reachable: Overrides = { service: { type: "LoadBalancer" } };

/** The demo with a memcached and nothing else, in namespace `session-stack-bench-<name>`: the smallest stack with a store. */
export function smallStack(name: string, environment: Environment, overrides: Overrides = {}): Promise<StackOptions> {
  return ownStack(`bench-${name}`, environment, {
    ...withoutVolumes(environment),
    ...unreachable,
    ...app,
    ...overrides,
  });
}

/** The demo with the default store on its claim, alone, in namespace `session-stack-bench-<name>`. */
export function stackWithRedis(name: string, environment: Environment): Promise<StackOptions> {
  return ownStack(`bench-${name}`, environment, {
    ...unreachable,
    ...app,
    ...reachable,
    "store.replicas": 0,
    "store.durability": "always",
    "store.memory": "256Mi",
    "store.size": "1Gi",
  });
}

/** The demo that keeps its sessions to itself, in namespace `session-stack-bench-<name>`. */
export function stackWithoutStore(name: string, environment: Environment): Promise<StackOptions> {
  return smallStack(name, environment, {
    ...reachable,
    store: { kind: "none" },
    "app.workload": "statefulset",
    affinity: { kind: "clientIP" },
    "app.env": { ...leavesAtOnce, SESSION_STORE: "memory:" },
  });
}
