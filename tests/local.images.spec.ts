import assert from "node:assert/strict";
import { execa } from "execa";
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findMirror, readSources } from "../local/images/aptSources.ts";
import { architecture, writeArchive, writeLayer } from "../local/images/archive.ts";
import { repositoryOf } from "../local/images/catalog.ts";
import { store } from "../config/store.ts";
import { copyStore } from "../local/images/store.ts";

describe("the Debian mirror of the images", () => {
  const deb822 = `# a comment
Types: deb
URIs: https://third.invalid/apt
Suites: stable
Components: main

Types: deb deb-src
# another
URIs: http://mirror.invalid/debian
Suites: bookworm
 bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
  const lines = `# deb http://old.invalid/debian bookworm main
deb http://security.invalid bookworm-security main
deb-src http://source.invalid/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.invalid/debian bookworm main contrib # mine
`;
  const cases: [string, Record<string, string>, string | undefined][] = [
    [
      "is found in the deb822 format",
      { "/etc/apt/sources.list.d/debian.sources": deb822 },
      "http://mirror.invalid/debian",
    ],
    ["is found in the one-line format", { "/etc/apt/sources.list": lines }, "http://mirror.invalid/debian"],
    ["is not a disabled entry", { "a.sources": deb822.replaceAll("Types:", "Enabled: no\nTypes:") }, undefined],
    ["is not a third party's", { "a.list": "deb http://third.invalid bookworm stable" }, undefined],
    ["is not there without sources", {}, undefined],
  ];
  for (const [title, files, expected] of cases) {
    it(title, () => assert.equal(findMirror(files, "bookworm"), expected));
  }

  it("is looked for in apt's own files", async () => {
    const root = await mkdtemp(join(tmpdir(), "apt-"));
    await mkdir(join(root, "sources.list.d"));
    await writeFile(join(root, "sources.list.d", "debian.sources"), deb822);
    await writeFile(join(root, "sources.list.d", "debian.sources.save"), "deb http://old.invalid bookworm main");
    const sources = await readSources(root);
    assert.deepEqual(Object.keys(sources), [
      join(root, "sources.list"),
      join(root, "sources.list.d", "debian.sources"),
    ]);
    assert.equal(findMirror(sources, "bookworm"), "http://mirror.invalid/debian");
    await rm(root, { recursive: true });
  });
});

describe("an image", () => {
  let folder: string;
  const tar = async (...args: string[]) => (await execa("tar", args, { cwd: folder })).stdout;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "image-"));
    await writeFile(join(folder, "program"), "#!/bin/sh\n");
    await writeLayer(join(folder, "layer.tar"), [
      { path: "bin/program", source: join(folder, "program"), mode: 0o755 },
    ]);
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const write = () =>
    writeArchive(join(folder, "image.tar"), "x.invalid/program", [join(folder, "layer.tar")], {
      entrypoint: ["/bin/program"],
      user: "999:999",
      environment: { MODE: "test" },
    });

  it("is at a host that can't exist, in lower case", () => {
    assert.equal(repositoryOf("redis"), "session-stack.invalid/redis");
    assert.equal(repositoryOf("valkeyNext"), "session-stack.invalid/valkey-next");
  });

  it("has its files with mode and owner", async () => {
    const listing = await tar("--numeric-owner", "-tvf", "layer.tar");
    assert.match(listing, /^-rwxr-xr-x 0\/0 +10 .* bin\/program$/);
  });

  it("is named by its content", async () => {
    const first = await write();
    assert.match(first, /^x\.invalid\/program:[0-9a-f]{12}$/);
    await utimes(join(folder, "program"), 0, 1);
    await writeLayer(join(folder, "layer.tar"), [
      { path: "bin/program", source: join(folder, "program"), mode: 0o755 },
    ]);
    assert.equal(await write(), first, "the same content has the same name");
    await writeFile(join(folder, "program"), "#!/bin/dash\n");
    await writeLayer(join(folder, "layer.tar"), [
      { path: "bin/program", source: join(folder, "program"), mode: 0o755 },
    ]);
    assert.notEqual(await write(), first);
  });

  it("is an archive that names configuration and layers", async () => {
    const reference = await write();
    const [manifest] = JSON.parse(await tar("-xOf", "image.tar", "manifest.json")) as {
      Config: string;
      RepoTags: string[];
      Layers: string[];
    }[];
    assert.deepEqual(manifest?.RepoTags, [reference]);
    assert.equal(reference.split(":")[1], manifest?.Config.slice(0, 12));
    const [layer = ""] = manifest?.Layers ?? [];
    assert.equal(await tar("-xOf", "image.tar", layer), await readFile(join(folder, "layer.tar"), "utf8"));
    assert.deepEqual(JSON.parse(await tar("-xOf", "image.tar", manifest?.Config ?? "")), {
      architecture,
      os: "linux",
      config: {
        Entrypoint: ["/bin/program"],
        User: "999:999",
        WorkingDir: "/",
        Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "MODE=test"],
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${layer.replace(".tar", "")}`] },
    });
  });
});

describe("the exporter of the local node", () => {
  it("is of the version that a stack has by default", async () => {
    const settings = store.parse({ kind: "redis", metrics: {} });
    assert.ok(settings.kind === "redis");
    const [, version] = settings.metrics?.image.split(":") ?? [];
    const module = await readFile(new URL("../local/exporter/go.mod", import.meta.url), "utf8");
    assert.equal(/redis_exporter (v\S+)/.exec(module)?.[1], version);
  });
});

describe("a copy of the image store", () => {
  it("shares the files of images, but not the databases", async () => {
    const root = await mkdtemp(join(tmpdir(), "store-"));
    const files = ["snapshotter/metadata.db", "metadata/meta.db", "snapshotter/snapshots/1/fs/app.db", "content/blob"];
    for (const file of files) {
      await mkdir(join(root, "store", file, ".."), { recursive: true });
      await writeFile(join(root, "store", file), "original");
    }
    await copyStore(join(root, "store"), join(root, "node", "root"));
    for (const file of files) await writeFile(join(root, "node", "root", file), "changed");
    const after = await Promise.all(files.map((file) => readFile(join(root, "store", file), "utf8")));
    assert.deepEqual(after, ["original", "original", "changed", "changed"]);
    await rm(root, { recursive: true });
  });
});
