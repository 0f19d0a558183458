import { inside, refuses } from "./configs.ts";

// Whether images have the commands, and Secrets the keys, is not known here.

const path = "must be an absolute path: it starts with / and has no spaces";
const words = "must be a list of strings";
const variable = "is not the name of an environment variable: letters, digits and _, no digit first";
const source = "must be either {name, key} of an existing Secret, or {config: a secret key of the configuration}";
const image = "must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2";
const init = "name, image, command, args, env, secretEnv, resources";
const sidecar = "name, port, ready, image, command, args, env, secretEnv, resources";

describe("configuration of variables out of Secrets", () => {
  refuses(
    "app",
    inside([
      [
        { secretEnv: ["hush-hush"] },
        ".secretEnv must map the names of environment variables to {name, key} or {config}",
      ],
      [{ secretEnv: { "1A": { config: "a" } } }, `.secretEnv.1A ${variable}`],
      ...["hush-hush", null, 5, [], {}, { value: "hush-hush" }, { config: "a", name: "b", key: "c" }].map(
        (given): [object, string] => [{ secretEnv: { TOKEN: given } }, `.secretEnv.TOKEN ${source}`],
      ),
      [
        { secretEnv: { TOKEN: { name: "hush hush" } } },
        ".secretEnv.TOKEN.name must be a DNS name in lower case",
        ".secretEnv.TOKEN.key is missing: it must be a key of a Secret",
      ],
      [
        { secretEnv: { TOKEN: { name: "a", key: "b", optional: true } } },
        ".secretEnv.TOKEN.optional is not a known key; allowed: name, key",
      ],
      [
        { secretEnv: { TOKEN: { config: "hush hush" } } },
        '.secretEnv.TOKEN.config must be a key of the configuration: letters, digits, "-" and "_"',
      ],
      [
        { secretEnv: { TOKEN: { config: "a", optional: true } } },
        ".secretEnv.TOKEN.optional is not a known key; allowed: config",
      ],
    ]),
  );
});

describe("configuration of files", () => {
  const file =
    'is not the path of a file: it starts with /, has no empty part, no . or .., no space or ":", is not in /proc or /sys, and its last part has letters, digits, "-", "_" and "." alone';
  const wrong = [
    ...["a.conf", "/", "/a/", "/a//b", "/../b", "/a/./b", "/a b", "/a:b/c", "/a/b@c", "/a/..data", "/a/é", "/sys/a"],
    `/${"k".repeat(254)}`,
  ];
  refuses(
    "app",
    inside([
      [{ files: "hush-hush" }, ".files must map absolute paths to the contents of files"],
      [{ files: { "/a": { text: "hush-hush" } } }, ".files./a must be a string: the content of the file"],
      [{ files: { "/a": 5 } }, ".files./a must be a string: the content of the file"],
      ...wrong.map((given): [object, string] => [{ files: { [given]: "hush-hush" } }, `.files.${given} ${file}`]),
    ]),
  );
});

describe("configuration of probes", () => {
  const http = "kind, live, ready, port, startupSeconds, unreadySeconds";
  const kinds = "http, tcp, exec or none";
  refuses(
    "app",
    inside([
      [{ health: "/healthz" }, `.health must be an object whose kind is ${kinds}, got "/healthz"`],
      [{ health: { kind: "grpc" } }, `.health.kind must be ${kinds}, got "grpc"`],
      [
        { health: { live: "healthz", ready: "" } },
        `.health.live ${path}, got "healthz"`,
        `.health.ready ${path}, got ""`,
      ],
      [{ health: { path: "/" } }, `.health.path is not a key of kind http; allowed: ${http}`],
      [
        { health: { port: 0, startupSeconds: 0, unreadySeconds: 1 } },
        ".health.port must be a whole number from 1 to 65535, got 0",
        ".health.startupSeconds must be a whole number from 1 to 3600, got 0",
        ".health.unreadySeconds must be a whole number from 2 to 300, got 1",
      ],
      [
        { health: { kind: "tcp", live: "/" } },
        ".health.live is not a key of kind tcp; allowed: kind, port, startupSeconds, unreadySeconds",
      ],
      [
        { health: { kind: "exec", live: [], ready: "true" } },
        ".health.live must name a command",
        `.health.ready ${words}, got "true"`,
      ],
      [{ health: { kind: "exec", live: ["true"] } }, `.health.ready is missing: it ${words}`],
      [{ health: { kind: "none", port: 1 } }, ".health.port is not a key of kind none; allowed: kind"],
    ]),
  );
});

describe("configuration of containers beside the application", () => {
  refuses(
    "app",
    inside([
      [{ initContainers: {} }, ".initContainers must be a list of containers"],
      [{ sidecars: "proxy" }, '.sidecars must be a list of containers, got "proxy"'],
      [{ initContainers: ["migrate"] }, `.initContainers.0 must be an object (keys: ${init}), got "migrate"`],
      [
        { initContainers: [{ port: 80 }] },
        '.initContainers.0.name is missing: it must be a DNS label of at most 63 characters: lower-case letters, digits and "-"',
        `.initContainers.0.image is missing: it ${image}`,
        `.initContainers.0.port is not a known key; allowed: ${init}`,
      ],
      [
        { sidecars: [{ name: "Proxy", image: "p", port: "80", ready: "ready", user: 1 }] },
        '.sidecars.0.name must be a DNS label of at most 63 characters: lower-case letters, digits and "-", got "Proxy"',
        '.sidecars.0.port must be a whole number from 1 to 65535, got "80"',
        `.sidecars.0.ready ${path}, got "ready"`,
        `.sidecars.0.user is not a known key; allowed: ${sidecar}`,
      ],
      [
        { sidecars: [{ name: "a", image: "a", env: { A: 1, B: { secure: "hush" } }, secretEnv: { C: "hush-hush" } }] },
        ".sidecars.0.env.A must be a string: put numbers and booleans in quotes",
        ".sidecars.0.env.B must be a string: put numbers and booleans in quotes",
        `.sidecars.0.secretEnv.C ${source}`,
      ],
    ]),
  );
});
