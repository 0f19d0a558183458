import assert from "node:assert/strict";
import { findProblems } from "../local/preflight.ts";
import type { Facts } from "../local/preflight.ts";
import { settingsFrom } from "../local/settings.ts";

const gibibyte = 1024 ** 3;
const settings = settingsFrom({}, "/root", "/checkout");

/** A machine where nothing is wrong. */
const good: Facts = {
  platform: "linux",
  architecture: "x64",
  user: 0,
  goVersion: "go1.26.8",
  goToolchain: "auto",
  goNeeded: "1.26.0",
  missingPackages: [],
  hasMirror: true,
  disks: [{ folder: "/root/.cache/session-stack", free: 20 * gibibyte, needed: 12 * gibibyte }],
  kernelMountsNfs: false,
  hasFuse: true,
};

const cases: [string, Partial<Facts>, string[]][] = [
  ["finds nothing on a good machine", {}, []],
  [
    "asks for Linux, and for nothing else where there is none",
    { platform: "darwin", user: 501, goVersion: undefined, missingPackages: undefined },
    ["this is darwin: the local node needs Linux; use a cluster you have with --context NAME"],
  ],
  [
    "asks for a processor that all parts exist for",
    { architecture: "ppc64" },
    ["the processor is ppc64: the local node runs on x64 and arm64"],
  ],
  [
    "asks for root",
    { user: 1000 },
    ["user 1000 is not root: run it with sudo, or use a cluster you have with --context NAME"],
  ],
  [
    "asks for Go",
    { goVersion: undefined },
    ["Go is missing: install Go 1.26.0 or newer from https://go.dev/dl and put it on the PATH"],
  ],
  [
    "asks for a newer Go if it is too old to fetch the right one",
    { goVersion: "go1.19.8", goToolchain: undefined },
    ["Go 1.19.8 is too old: install Go 1.26.0 or newer from https://go.dev/dl"],
  ],
  [
    "asks for a newer Go if it must not fetch the right one",
    { goVersion: "go1.25.1", goToolchain: "local" },
    ["Go 1.25.1 is too old: install Go 1.26.0 or newer from https://go.dev/dl"],
  ],
  ["takes an older Go that fetches the right one", { goVersion: "go1.21.0" }, []],
  ["takes the very version", { goVersion: "go1.26.0", goToolchain: "local" }, []],
  [
    "names all missing packages in one command",
    { missingPackages: ["containerd", "runc"] },
    ["Debian packages are missing: apt-get install -y --no-install-recommends containerd runc"],
  ],
  [
    "asks for Debian",
    { missingPackages: undefined, hasMirror: false },
    ["dpkg is missing: the local node needs Debian 12 or newer; use a cluster you have with --context NAME"],
  ],
  [
    "asks for a mirror",
    { hasMirror: false },
    ['apt has no Debian mirror: add a "deb" source with component main for this release to /etc/apt/sources.list.d'],
  ],
  [
    "names who has the port",
    { portHolder: "nginx (process 12)" },
    ["port 8080 on 127.0.0.1 is taken by nginx (process 12): stop that, or choose another with SESSION_STACK_PORT"],
  ],
  [
    "names who has the port with TLS",
    { tlsPortHolder: "haproxy (process 12)" },
    [
      "port 8443 on 127.0.0.1 is taken by haproxy (process 12): stop that, or choose another with SESSION_STACK_TLS_PORT",
    ],
  ],
  [
    "names who has the addresses",
    { rangeHolder: "wg0" },
    [
      "addresses 10.99.0.0/24 are in use by network interface wg0: remove it, or set SESSION_STACK_DIR to another " +
        "folder, whose node has other addresses",
    ],
  ],
  [
    "asks for room",
    { disks: [{ folder: "/var/lib/session-stack", free: 1.5 * gibibyte, needed: 2 * gibibyte }] },
    ["/var/lib/session-stack has 1.5 GiB free and needs 2.0 GiB: make room"],
  ],
  [
    "asks for one of the two ways to mount NFS",
    { hasFuse: false },
    ["neither the kernel's NFS client nor /dev/fuse is there: load one with `modprobe nfsv4` or `modprobe fuse`"],
  ],
  ["needs no FUSE where the kernel mounts NFS", { hasFuse: false, kernelMountsNfs: true }, []],
  [
    "says what is wrong with the control groups",
    { cgroupTrouble: "no control groups are mounted" },
    [
      "control groups can't be used: no control groups are mounted; run on a machine, or in a container with --privileged",
    ],
  ],
  [
    "reports all problems at once",
    { user: 1000, missingPackages: ["socat"], portHolder: "another program" },
    [
      "user 1000 is not root: run it with sudo, or use a cluster you have with --context NAME",
      "Debian packages are missing: apt-get install -y --no-install-recommends socat",
      "port 8080 on 127.0.0.1 is taken by another program: stop that, or choose another with SESSION_STACK_PORT",
    ],
  ],
];

describe("the check before a node starts", () => {
  for (const [title, facts, expected] of cases) {
    it(title, () => assert.deepEqual(findProblems({ ...good, ...facts }, settings), expected));
  }
});
