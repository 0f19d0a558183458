import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moduleFolder } from "../local/goModule.ts";

describe("the folder of a Go module", () => {
  const module = "example.com/a@v1.2.3";
  const path = process.env.PATH;
  let bin: string;

  beforeEach(async () => {
    bin = await mkdtemp(join(tmpdir(), "go-"));
    process.env.PATH = `${bin}:${path}`;
  });

  afterEach(async () => {
    process.env.PATH = path;
    await rm(bin, { recursive: true });
  });

  /** A go that has been asked for the module and says this. */
  const answering = (download: object) =>
    writeFile(
      join(bin, "go"),
      `#!/bin/sh\n[ "$1" = env ] && { echo /cache; exit; }\nprintf '%s' '${JSON.stringify(download)}'\n[ -z "${"Error" in download ? 1 : ""}" ]\n`,
      { mode: 0o755 },
    );

  it("is where Go has unpacked it", async () => {
    await answering({ Path: "example.com/a", Version: "v1.2.3", Dir: "/cache/a", Sum: "h1:a" });
    assert.equal(await moduleFolder(module, { sum: "h1:a" }), "/cache/a");
  });

  it("is there too if a newer Go is wanted to build it", async () => {
    const Error = "example.com/a@v1.2.3 requires go >= 1.99.0 (running go 1.26.8; GOTOOLCHAIN=local)";
    await answering({ Path: "example.com/a", Version: "v1.2.3", Error, Sum: "h1:a" });
    assert.equal(await moduleFolder(module, { sum: "h1:a" }), "/cache/example.com/a@v1.2.3");
    await assert.rejects(moduleFolder("example.com/a", { required: bin }), {
      message: `example.com/a can't be fetched: ${Error}`,
    });
  });

  it("is refused if the content is not what was pinned", async () => {
    await answering({ Dir: "/cache/a", Sum: "h1:b" });
    await assert.rejects(moduleFolder(module, { sum: "h1:a" }), {
      message: `${module} has the hash h1:b, which must be h1:a: it was changed after it was published`,
    });
  });

  it("can't be had if the proxy refuses, which is said in its words", async () => {
    await answering({ Path: "example.com/a", Version: "v1.2.3", Error: "reading v1.2.3.info: 403 Forbidden\n" });
    await assert.rejects(moduleFolder(module, { sum: "h1:a" }), {
      message: `${module} can't be fetched: reading v1.2.3.info: 403 Forbidden`,
    });
  });

  it("can't be had if Go fails before it asks", async () => {
    await writeFile(join(bin, "go"), "#!/bin/sh\necho 'go: no space left' >&2\nexit 1\n", { mode: 0o755 });
    await assert.rejects(moduleFolder(module, { sum: "h1:a" }), {
      message: `${module} can't be fetched: go: no space left`,
    });
  });
});
