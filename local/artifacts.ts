import type { ListrTask } from "listr2";
import { binaryImage, debianImage, demoImage } from "./images/catalog.ts";
import type { Artifacts, BuiltImage, ImageName } from "./images/catalog.ts";
import type { ImageConfig } from "./images/archive.ts";
import { imageStore } from "./images/store.ts";
import { goBuild, goPrograms } from "./goBuild.ts";
import { reporter } from "./progress.ts";
import type { Settings } from "./settings.ts";
import { traefikCrds } from "./traefikCrds.ts";

/** Single binaries and the path they are run by; numeric users, as pods that must not be root need. */
const binaries = {
  pause: { entrypoint: ["/pause"], user: "65535:65535" },
  coredns: { entrypoint: ["/coredns"], user: "65534:65534" },
  traefik: { entrypoint: ["/traefik"], user: "65532:65532" },
  exporter: { entrypoint: ["/redis_exporter"], user: "59000:59000" },
  // Root, as the official image: it makes directories and gives them to others.
  provisioner: { entrypoint: ["/nfs-subdir-external-provisioner"], user: "0:0" },
} satisfies Partial<Record<ImageName, ImageConfig>>;

/** Store servers with their command line tools, and flock for the start script. */
function store(engine: "redis" | "valkey", suite?: string) {
  return {
    packages: [`${engine}-server`, `${engine}-tools`, "util-linux"],
    suite,
    config: { command: [`${engine}-server`], user: "999:999", workingDirectory: "/data" },
  };
}

/** Images of Debian packages; where another image of the same is usual, its entrypoint and user are like that one's. */
const packaged = {
  redis: store("redis"),
  valkey: store("valkey"),
  // For tests of upgrades: a newer patch of Redis 8.0, and Valkey 9, whose data Valkey 8.1 can't read.
  redisNext: store("redis", "forky"),
  valkeyNext: store("valkey", "forky"),
  memcached: { packages: ["memcached"], config: { entrypoint: ["memcached"], user: "11211:11211" } },
  // For the example. Of the release that tests have their nginx from, so that one layer is for both.
  nginx: {
    packages: ["nginx"],
    suite: "forky",
    config: { command: ["nginx", "-e", "stderr", "-g", "daemon off;"], user: "101:101" },
  },
};

/** Collects what the tasks of {@link buildTasks} make. */
export class ArtifactSet {
  readonly #programs = new Map<string, string>();
  readonly #images = new Map<ImageName, BuiltImage>();
  #traefikCrds = "";
  #store = "";

  addProgram(name: string, path: string): void {
    this.#programs.set(name, path);
  }

  addImage(name: ImageName, image: BuiltImage): void {
    this.#images.set(name, image);
  }

  addTraefikCrds(file: string): void {
    this.#traefikCrds = file;
  }

  /** Makes the image store; only after the tasks that add images. */
  async makeStore(cache: string): Promise<void> {
    this.#store = await imageStore([...this.#images.values()], cache);
  }

  /** All of them; only after all tasks are through. */
  complete(): Artifacts {
    const { kube, metricsServer, mountNfs } = Object.fromEntries(this.#programs);
    if (!kube || !metricsServer || !mountNfs) throw new Error("not all programs of the node have been built");
    const images = Object.fromEntries(this.#images) as Artifacts["images"];
    return { kube, metricsServer, mountNfs, traefikCrds: this.#traefikCrds, images, store: this.#store };
  }
}

/** Tasks that build what the cache lacks: Go programs one after the other, beside them the images of Debian packages. */
export function buildTasks<Context>(settings: Settings, set: ArtifactSet): ListrTask<Context>[] {
  const { cache, owner } = settings;
  const programs = Object.entries(goPrograms).map(([key, program]) => ({
    title: program.name,
    task: async (_: Context, task: { output: string }) => {
      const path = await goBuild(program, cache, reporter(task));
      set.addProgram(key, path);
      const config = Object.entries(binaries).find(([name]) => name === key);
      if (config) set.addImage(key as ImageName, await binaryImage(key as ImageName, path, config[1], cache));
    },
  }));
  const images = Object.entries(packaged).map(([name, content]) => ({
    title: name,
    task: async (_: Context, task: { output: string }) => {
      set.addImage(name as ImageName, await debianImage(name as ImageName, content, cache, reporter(task)));
    },
  }));
  const demo = {
    title: "demo",
    task: async (_: Context, task: { output: string }) => {
      set.addImage("demo", await demoImage(owner, cache, reporter(task)));
    },
  };
  const crds = {
    title: "traefik's resource definitions",
    task: async () => set.addTraefikCrds(await traefikCrds(cache)),
  };
  const lanes: ListrTask<Context>[] = [
    { title: "Go programs", task: (_, task) => task.newListr([...programs, crds]) },
    { title: "Images", task: (_, task) => task.newListr([...images, demo]) },
  ];
  return [
    { title: "Parts", task: (_, task) => task.newListr(lanes, { concurrent: true }) },
    { title: "Image store", task: () => set.makeStore(cache) },
  ];
}
