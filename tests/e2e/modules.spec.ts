import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";

const modules = join(import.meta.dirname, "..", "..", "local");

/** As the local node builds them, so that the build cache serves both. */
const go = (module: string, ...args: string[]) =>
  execa("go", args, {
    cwd: join(modules, module),
    env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly -trimpath" },
    all: true,
  });

describe("the Go modules of the local node", function () {
  this.timeout(290_000); // for an empty build cache on two busy cores; with a warm one it takes seconds

  it("are formatted", async () => {
    const folders = ["nfs", "dns", "pause", "kube", "traefik"].map((name) => join(modules, name));
    assert.equal((await execa("gofmt", ["-l", ...folders])).stdout, "");
  });

  // Not traefik, which has no code of its own, and of kube one package: for its main, vet would look at all of Kubernetes.
  for (const [module, packages] of [
    ["nfs/mount", "./..."],
    ["nfs/provisioner", "./..."],
    ["dns", "./..."],
    ["pause", "./..."],
    ["kube", "./loadbalancer"],
  ] as const) {
    it(`${module}: passes go vet and its tests`, async () => {
      await go(module, "test", "-vet=all", packages);
    });
  }
});
