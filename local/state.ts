import { readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { WorkloadImage } from "./images/catalog.ts";

/** A node that runs, as others use it. */
export interface LocalCluster {
  /** File with the context below, for its owner only. */
  kubeconfig: string;
  context: string;
  /** Path of a kubectl of the node's version. */
  kubectl: string;
  /** References that containerd has; the tag is the hash of the content. */
  images: Record<WorkloadImage, string>;
  nfs: {
    server: string;
    path: string;
    /** Folder of the machine that is exported. */
    directory: string;
  };
  /** `tlsPort` speaks HTTPS: certificates of the Ingresses' Secrets by server name, else one the controller made. */
  ingress: { className: string; host: "127.0.0.1"; port: number; tlsPort: number };
  /** Folder for what must survive a stop, readable by its owner only; a purge removes it. */
  keepDirectory: string;
  /** Folder with a log file for each process of the node. */
  logDirectory: string;
}

/** What is written down about the node, for the next command. */
export interface NodeState {
  /** Checkout that started it. */
  owner: string;
  /** ISO time of the start. */
  since: string;
  phase: "starting" | "running";
  /** Hash of what it was made from: another means that it has to be started anew. */
  fingerprint: string;
  /** Present once it runs. */
  cluster?: LocalCluster;
}

/** Reads the state; undefined if there is no node. */
export function readState(file: string): NodeState | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as NodeState;
  } catch {
    return undefined;
  }
}

/** Writes the state so that a reader sees the old or the new one, never half of it. */
export async function writeState(file: string, state: NodeState): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(state, undefined, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
