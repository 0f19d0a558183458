import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "../cli/environment.ts";
import { connect } from "../deploy/cluster.ts";
import { backUp } from "../deploy/store/backup.ts";
import type { Overrides } from "../render/stackFile.ts";
import { ownStack, unreachable } from "../tests/e2e/ownStack.ts";
import { onLocalNode } from "./node.ts";
import { compare, type Result } from "./result.ts";
import { inTurn, median } from "./series.ts";
import { figures, goals } from "./store/figures.ts";
import { diskClass, makeDisk, removeDisk } from "./store/localDisk.ts";
import { clients, valueBytes } from "./store/loadTool.ts";
import { fill, restoredKeys, timeRestore } from "./store/restore.ts";
import { Side, tlsSecret, type Link } from "./store/side.ts";

// The store on the claim of an NFS share, and its peer: the same stack, deployed by the same program on the same node,
// with claims on the node's disk, which is the one behind the share.

/** Times that each is measured; the median counts. */
const whole = { rounds: 5, restoreRounds: 2 };
const short = { rounds: 1, restoreRounds: 1 };

/**
 * Writes of a burst: some seconds of them, and below the 64 MB at which a server rewrites its append-only file, which
 * would meet some bursts and spare others.
 */
const requests = { always: 20_000, everysec: 60_000 };

/** Room for the sessions of the restore in 60 % of the memory. */
const memory = "2Gi";
const size = "6Gi";

type Report = (line: string) => void;

export async function run(report: Report, isShort: boolean): Promise<Result[]> {
  return onLocalNode(async (environment) => {
    const sides = { ...(await makeSides(environment, report)), ...(isShort ? short : whole) };
    // What a run that was killed has left.
    await cleanUp(environment, sides);
    try {
      return await measure(environment, sides, report);
    } finally {
      report("removing the stacks");
      await cleanUp(environment, sides);
    }
  });
}

interface Pair {
  claim: Side;
  disk: Side;
}

/** The pair, and how often each is measured. */
type Sides = Pair & typeof whole;

async function makeSides(environment: Environment, report: Report): Promise<Pair> {
  const store: Overrides = {
    ...unreachable,
    "store.memory": memory,
    "store.size": size,
    "store.replicas": 0,
    "store.durability": "always",
    "store.backup": { schedule: "0 3 1 1 *", keep: 1 },
  };
  const disk = { storage: { kind: "existing", className: diskClass } };
  return {
    claim: new Side(await ownStack("bench", environment, store), report),
    disk: new Side(await ownStack("bench-disk", environment, { ...disk, ...store }), report),
  };
}

async function cleanUp({ options, exportDirectory = "" }: Environment, { claim, disk }: Pair): Promise<void> {
  await claim.destroy();
  await disk.destroy();
  await removeDisk(connect(options.target));
  // The provisioner keeps the directories of claims that are gone.
  const left = (await readdir(exportDirectory)).filter((name) => name.startsWith(`${claim.namespace}-`));
  for (const name of left) await rm(join(exportDirectory, name), { recursive: true });
}

async function measure({ options }: Environment, sides: Sides, report: Report): Promise<Result[]> {
  const both = [sides.claim, sides.disk];
  const deploy = async (changes: Overrides) => {
    for (const side of both) await side.deploy(changes);
  };
  report("deploying the store on the claim and on local disk");
  await makeDisk(connect(options.target), size);
  await deploy({});
  for (const side of both) await side.prepare();
  const peer = `${await sides.disk.version()} on local disk`;

  const results = await measureWrites(sides, 0, peer, report);
  const restored = await measureRestore(both, sides.restoreRounds, peer, report);
  for (const replicas of [1, 2]) {
    report(`deploying with replicas: ${replicas}`);
    await deploy({ "store.replicas": replicas });
    results.push(...(await measureWrites(sides, replicas, peer, report)));
  }
  report("deploying with TLS");
  await deploy({ "store.replicas": 0, "store.tls": { secretName: tlsSecret } });
  results.push(...(await measureTls(sides, peer, report)));
  return [...results, restored];
}

const durabilities = ["always", "everysec"] as const;
const load = `${clients} clients, ${valueBytes} B`;

async function measureWrites({ claim, disk, rounds }: Sides, replicas: number, peer: string, report: Report) {
  const results: Result[] = [];
  for (const durability of durabilities) {
    const subject = `${durability}, ${replicas === 1 ? "1 replica" : `${replicas} replicas`}, ${load}`;
    report(`measuring ${subject}`);
    const [own = [], peers = []] = await bursts(durability, rounds, [
      { side: claim, link: "plain" },
      { side: disk, link: "plain" },
    ]);
    results.push(...figures(subject, own, peer, peers, goals[durability]));
  }
  return results;
}

/** With TLS beside local disk with it, and beside the same server on the claim asked without it. */
async function measureTls({ claim, disk, rounds }: Sides, peer: string, report: Report): Promise<Result[]> {
  const results: Result[] = [];
  await claim.openPlainPort();
  for (const durability of durabilities) {
    const subject = `${durability}, TLS, 0 replicas, ${load}`;
    report(`measuring ${subject}`);
    const [own = [], plain = [], peers = []] = await bursts(durability, rounds, [
      { side: claim, link: "tls" },
      { side: claim, link: "plain beside tls" },
      { side: disk, link: "tls" },
    ]);
    results.push(...figures(subject, own, `${peer}, TLS`, peers, goals[durability]));
    results.push(...figures(subject, own, "itself without TLS", plain, goals.tls));
  }
  return results;
}

interface Subject {
  side: Side;
  link: Link;
}

/** Writes to empty stores in turn. */
async function bursts(durability: (typeof durabilities)[number], rounds: number, subjects: Subject[]) {
  for (const { side } of subjects) {
    await side.setDurability(durability);
    await side.empty();
  }
  return inTurn(rounds, subjects, async ({ side, link }) => {
    const burst = await side.burst(link, requests[durability]);
    await side.empty();
    return burst;
  });
}

/** The same archive's sessions, on each side out of an archive on a claim of the same kind as the store's. */
async function measureRestore(sides: Side[], rounds: number, peer: string, report: Report): Promise<Result> {
  report(`making an archive of ${restoredKeys} sessions on each`);
  const archive = async (side: Side) => {
    await side.setDurability("always");
    await fill(side);
    await backUp(side);
  };
  await Promise.all(sides.map(archive));
  report("measuring the restore");
  const [own = [], peers = []] = await inTurn(rounds, sides, timeRestore);
  for (const side of sides) await side.empty();
  return compare({
    metric: `restore of ${restoredKeys / 1e6} M sessions of ${valueBytes} B, always, 0 replicas`,
    value: median(own),
    unit: "s",
    peer,
    peerValue: median(peers),
    goal: goals.restore,
  });
}
