import { join } from "node:path";
import { cached, hashOf, hashOfFolder } from "./cache.ts";
import { runTool } from "./command.ts";
import type { Report } from "./progress.ts";
import { kubernetesVersion } from "./settings.ts";

/** A program built from one of the Go modules beside this file. */
export interface GoProgram {
  /** Name of the binary and of the artifact. */
  name: string;
  /** Folder of the module, relative to local/. */
  module: string;
  /** Package to build; default the module's own. */
  package?: string;
  /** Variables stamped at link time, `import/path.name` to value. */
  stamps?: Record<string, string>;
}

const [major = "", minor = ""] = kubernetesVersion.slice(1).split(".");

/** Longest build first: when it fails, it fails early. */
export const goPrograms = {
  kube: {
    name: "kube",
    module: "kube",
    // Version-skew checks of kubelet, kubeadm and clients read these.
    stamps: {
      "k8s.io/component-base/version.gitVersion": kubernetesVersion,
      "k8s.io/component-base/version.gitMajor": major,
      "k8s.io/component-base/version.gitMinor": minor,
      "k8s.io/client-go/pkg/version.gitVersion": kubernetesVersion,
      "k8s.io/client-go/pkg/version.gitMajor": major,
      "k8s.io/client-go/pkg/version.gitMinor": minor,
    },
  },
  traefik: { name: "traefik", module: "traefik", package: "github.com/traefik/traefik/v3/cmd/traefik" },
  metricsServer: {
    name: "metrics-server",
    module: "metrics",
    package: "sigs.k8s.io/metrics-server/cmd/metrics-server",
  },
  coredns: { name: "coredns", module: "dns" },
  exporter: { name: "exporter", module: "exporter", package: "github.com/oliver006/redis_exporter" },
  provisioner: { name: "provisioner", module: "nfs/provisioner" },
  mountNfs: { name: "mount.nfs", module: "nfs/mount" },
  pause: { name: "pause", module: "pause" },
} satisfies Record<string, GoProgram>;

/** Programs of the tests, built when a test wants them. */
export const goTools = {
  kubeScore: { name: "kube-score", module: "score", package: "github.com/zegl/kube-score/cmd/kube-score" },
  actionlint: { name: "actionlint", module: "actionlint", package: "github.com/rhysd/actionlint/cmd/actionlint" },
} satisfies Record<string, GoProgram>;

/** Static programs, and the modules exactly as go.sum has them, whatever the user has set. */
const environment = { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" };

/** Builds a program unless the cache has it; returns the path of the binary. */
export async function goBuild(program: GoProgram, cache: string, report?: Report): Promise<string> {
  const folder = join(import.meta.dirname, program.module);
  const flags = buildFlags(program);
  const toolchain = await runTool("go", ["env", "GOVERSION", "GOOS", "GOARCH"], { cwd: folder });
  const key = hashOf(await hashOfFolder(folder), toolchain, ...flags);
  const result = await cached({
    root: cache,
    artifact: program.name,
    key,
    report,
    produce: async (output) => {
      const target = join(output, program.name);
      // -v names each package when it is built: progress for minutes without any other sign of life.
      await runTool("go", ["build", "-v", ...flags, "-o", target, program.package ?? "."], {
        cwd: folder,
        environment,
        report,
      });
    },
  });
  return join(result, program.name);
}

function buildFlags({ stamps = {} }: GoProgram): string[] {
  const stamped = Object.entries(stamps).map(([name, value]) => `-X ${name}=${value}`);
  // Without the state of the repository: it would change the binary with each commit.
  return ["-trimpath", "-buildvcs=false", "-ldflags", ["-s", "-w", ...stamped].join(" ")];
}
