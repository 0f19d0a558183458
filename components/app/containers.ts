import type { types } from "@pulumi/kubernetes";
import type { ContainerSettings, SidecarSettings } from "../../config/containers.ts";
import type { AppArgs } from "../app.ts";
import { containerSecurity } from "../podSecurity.ts";
import { appEnvironment, ownEnvironment, variablesFrom } from "./environment.ts";
import { probes, sidecarProbe } from "./probes.ts";
import { appMounts, sharedMounts } from "./volumes.ts";

type Container = types.input.core.v1.Container;

/** Name of the application's container, which the autoscaler measures. */
export const appContainer = "app";

/** @param envConfigMap with the user's variables, if there are any */
export function application(args: AppArgs, envConfigMap: string | undefined): Container {
  return {
    name: appContainer,
    ...whatRuns(args, args),
    ...variablesFrom(envConfigMap),
    env: appEnvironment(args),
    ports: [{ name: "http", containerPort: args.port }],
    ...probes(args.health),
    ...drain(args.drainSeconds),
    ...appMounts(args),
  };
}

/** A pod goes on serving after it was taken out of the endpoints, while the news spreads. */
function drain(seconds: number): Pick<Container, "lifecycle"> {
  return seconds > 0 ? { lifecycle: { preStop: { sleep: { seconds } } } } : {};
}

/**
 * What runs before the application: first what ends, in its order, then what goes on beside it and ends after it.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export function initContainers(args: AppArgs): { initContainers?: Container[] } {
  const all = [
    ...args.initContainers.map((settings) => beside(settings, args)),
    ...args.sidecars.map((settings) => sidecar(settings, args)),
  ];
  return all.length === 0 ? {} : { initContainers: all };
}

function sidecar(settings: SidecarSettings, args: AppArgs): Container {
  return {
    ...beside(settings, args),
    restartPolicy: "Always",
    ...(settings.port === undefined ? {} : { ports: [{ containerPort: settings.port }] }),
    ...sidecarProbe(settings),
  };
}

function beside(settings: ContainerSettings, args: AppArgs): Container {
  return { name: settings.name, ...whatRuns(settings, args), ...ownEnvironment(settings), ...sharedMounts(args) };
}

type Program = Pick<ContainerSettings, "image" | "command" | "args" | "resources">;

function whatRuns({ image, command, args: words, resources }: Program, pod: AppArgs): Omit<Container, "name"> {
  return {
    image,
    ...(command.length === 0 ? {} : { command }),
    ...(words.length === 0 ? {} : { args: words }),
    securityContext: containerSecurity(pod),
    resources,
  };
}
