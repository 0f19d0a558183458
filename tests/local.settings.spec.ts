import assert from "node:assert/strict";
import { pathsOf, settingsFrom } from "../local/settings.ts";

describe("the settings of the local node", () => {
  it("have defaults", () => {
    assert.deepEqual(settingsFrom({}, "/home/a", "/checkout"), {
      owner: "/checkout",
      directory: "/var/lib/session-stack",
      cache: "/home/a/.cache/session-stack",
      port: 8080,
      tlsPort: 8443,
      name: "session-stack",
      addresses: { node: "10.99.0.1", host: "10.99.0.254", range: "10.99.0.0/24", balancers: "10.99.0.32/28" },
    });
  });

  it("follow the environment", () => {
    const ports = { SESSION_STACK_PORT: "9000", SESSION_STACK_TLS_PORT: "9443" };
    const env = { ...ports, SESSION_STACK_DIR: "/srv/node/", XDG_CACHE_HOME: "/srv/cache" };
    const { directory, cache, port, tlsPort } = settingsFrom(env, "/home/a");
    assert.deepEqual(
      { directory, cache, port, tlsPort },
      { directory: "/srv/node", cache: "/srv/cache/session-stack", port: 9000, tlsPort: 9443 },
    );
  });

  it("give a node in another folder a name and addresses of its own", () => {
    const folders = Array.from({ length: 200 }, (_, index) => `/srv/node${index}`);
    for (const folder of folders) {
      const { name, addresses } = settingsFrom({ SESSION_STACK_DIR: folder }, "/home/a");
      // 15 characters are the kernel's limit for a link.
      assert.match(name, /^ss-[0-9a-f]{8}$/);
      const [, octet] = /^10\.99\.(\d+)\.1$/.exec(addresses.node) ?? [];
      assert.ok(Number(octet) >= 1 && Number(octet) <= 255, addresses.node);
      assert.deepEqual(addresses, {
        node: `10.99.${octet}.1`,
        host: `10.99.${octet}.254`,
        range: `10.99.${octet}.0/24`,
        balancers: `10.99.${octet}.32/28`,
      });
    }
    assert.equal(new Set(folders.map((folder) => settingsFrom({ SESSION_STACK_DIR: folder }, "/").name)).size, 200);
  });

  it("refuse a folder that is not absolute, or is all", () => {
    for (const folder of ["node", "/"]) {
      assert.throws(() => settingsFrom({ SESSION_STACK_DIR: folder }, "/home/a"), {
        message: `SESSION_STACK_DIR is "${folder}": give the absolute path of a folder for the node's state`,
      });
    }
  });

  it("refuse what is no port", () => {
    for (const name of ["SESSION_STACK_PORT", "SESSION_STACK_TLS_PORT"]) {
      for (const port of ["", "0", "65536", "8080.5", "http"]) {
        assert.throws(() => settingsFrom({ [name]: port }, "/home/a"), {
          message: `${name} is "${port}": give a port between 1 and 65535`,
        });
      }
    }
  });

  it("refuse one port for both", () => {
    assert.throws(() => settingsFrom({ SESSION_STACK_PORT: "8443" }, "/home/a"), {
      message: "SESSION_STACK_PORT and SESSION_STACK_TLS_PORT are both 8443: give each a port of its own",
    });
  });

  it("keep everything below one folder", () => {
    for (const path of Object.values(pathsOf({ directory: "/srv/node" }))) assert.ok(path.startsWith("/srv/node/"));
  });
});
