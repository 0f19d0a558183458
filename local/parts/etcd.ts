import type { Part } from "./part.ts";

const client = "http://127.0.0.1:2379";

/** The store of the API server. It is removed with the node, so it does not wait for the disk. */
export const etcd: Part = {
  name: "etcd",
  processes: ["etcd"],
  deadlineSeconds: 20,
  async start(node) {
    await node.launch("etcd", [
      node.component("etcd"),
      `--data-dir=${node.paths.etcd}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      "--listen-peer-urls=http://127.0.0.1:2380",
      "--unsafe-no-fsync",
    ]);
  },
  // The API server waits for it and says so; its readiness is part of the API server's.
  ready: () => Promise.resolve(true),
  stop: (node) => node.end("etcd", 2),
};
