import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type * as Grpc from "@grpc/grpc-js";
import type * as Services from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type * as Messages from "@pulumi/pulumi/proto/analyzer_pb.js";
import type * as Empties from "google-protobuf/google/protobuf/empty_pb.js";
import type * as Structs from "google-protobuf/google/protobuf/struct_pb.js";
import { rules } from "../../policy/rules/all.ts";
import { deployment } from "../policies.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

// What Pulumi itself speaks with: messages have to be of the very classes that it knows.
const require = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
const grpc = require("@grpc/grpc-js") as typeof Grpc;
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb.js") as typeof Services;
const { AnalyzeRequest, AnalyzerResourceOptions } = require("@pulumi/pulumi/proto/analyzer_pb.js") as typeof Messages;
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js") as typeof Empties;
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js") as typeof Structs;

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const manifest = (path: string) => JSON.parse(readFileSync(`${root}${path}`, "utf8")) as Manifest;

/** The process that the engine starts for `--policy-pack policy`, without an engine. */
describe("the host of the policy pack", () => {
  let host: ChildProcess;
  let client: InstanceType<typeof AnalyzerClient>;

  before(async () => {
    const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack/index.js");
    const folder = `${root}policy`;
    host = spawn(process.execPath, [script, "127.0.0.1:1", folder], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    assert.ok(host.stdout !== null);
    const [port] = (await once(createInterface(host.stdout), "line", { signal: AbortSignal.timeout(30_000) })) as [
      string,
    ];
    client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });

  after(async () => {
    client.close();
    const gone = once(host, "exit");
    host.kill();
    await gone;
  });

  it("offers every rule, by the name and version of its package", async () => {
    const ask = promisify(client.getAnalyzerInfo.bind(client)) as (empty: object) => Promise<Messages.AnalyzerInfo>;
    const info = await ask(new Empty());
    assert.deepEqual([info.getName(), info.getVersion()], ["session-stack", manifest("policy/package.json").version]);
    assert.deepEqual(
      info.getPoliciesList().map((policy) => policy.getName()),
      rules.map(({ name }) => name),
    );
  });

  it("reports what breaks a rule", async () => {
    const request = new AnalyzeRequest();
    request.setType("kubernetes:apps/v1:Deployment");
    request.setUrn("urn:pulumi:dev::shop::kubernetes:apps/v1:Deployment::app");
    request.setOptions(new AnalyzerResourceOptions());
    const resources = { requests: { cpu: "50m", memory: "64Mi" } };
    const properties = JSON.parse(JSON.stringify(deployment({ image: "shop:1", resources }))) as Record<string, never>;
    request.setProperties(Struct.fromJavaScript(properties));
    const ask = promisify(client.analyze.bind(client)) as (asked: object) => Promise<Messages.AnalyzeResponse>;
    const found = (await ask(request)).getDiagnosticsList();
    const [first] = found.filter((diagnostic) => diagnostic.getPolicyname() === "requests-and-limits");
    assert.equal(
      first?.getMessage(),
      "Containers request CPU and memory, and have a limit of memory: none takes a node down with it.\nDeployment shop/app: container app lacks limits.memory; set what is missing under resources",
    );
  });
});

describe("the package of the policy pack", () => {
  it("has the project's version, and its versions of what both depend on", () => {
    const { version, dependencies } = manifest("policy/package.json");
    const project = manifest("package.json");
    assert.equal(version, project.version);
    const theirs = { ...project.dependencies, ...project.devDependencies };
    assert.deepEqual(dependencies, Object.fromEntries(Object.keys(dependencies).map((name) => [name, theirs[name]])));
  });
});
