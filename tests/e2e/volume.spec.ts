import assert from "node:assert/strict";
import type { Environment } from "../../cli/environment.ts";
import { apply } from "../../deploy/apply.ts";
import { eventually } from "../../deploy/eventually.ts";
import { exec } from "../../deploy/exec.ts";
import { deployStack, destroyStack, renderFor, type StackOptions } from "../../deploy/stack.ts";
import { override } from "../../deploy/store/override.ts";
import { heldReason } from "../../deploy/store/place.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { contents, fill, type StoreUnderTest } from "./backup/stores.ts";
import { openEnvironment } from "./environment.ts";
import { askStore, deletePod, isReady, readPod, readySuccessor } from "./proof/pods.ts";
import { ownStack, unreachable } from "./ownStack.ts";

const member = "redis-0";

/** The one file in a folder that is appended to, as a word of shell: redirections expand no patterns. */
const appendOnlyFile = (folder: string) => `"$(ls ${folder}/*.incr.aof)"`;
const current = appendOnlyFile("/data/appendonlydir");

// One stack for both engines: what valkey wrote is read by redis, which is one of the promises. The guard of an empty
// primary is tried by topics store and backup.
describe("what start.sh does about the volume of a store", () => {
  let environment: Environment;
  let options: StackOptions | undefined;
  let store: StoreUnderTest;
  /** What the store holds. */
  let kept: string[];

  before("a stack of its own with sessions", async () => {
    environment = await openEnvironment();
    options = await ownStack("volume", environment, {
      ...unreachable,
      ...environment.valkey,
      "store.replicas": 0,
      "store.durability": "always",
    });
    const { cluster, outputs } = await deployStack(options);
    store = { cluster, namespace: outputs.namespace, report: () => undefined, reported: [] };
    await fill(store, 200);
    kept = await contents(store);
    assert.equal(kept.length, 200);
  });

  after("destroy it", () => options && destroyStack(options));

  const withChanges = (changes: Overrides): StackOptions => {
    assert.ok(options !== undefined);
    options = { ...options, overrides: { ...options.overrides, ...changes } };
    return options;
  };

  /** Runs a line of shell in the pod, on the data volume as the server sees it. */
  const inPod = (line: string) => exec(store.cluster, store.namespace, member, ["sh", "-c", line]);

  /** Waits until the new pod is held: alive, not ready, and the pod's events say why. */
  const held = async (reason: string) => {
    await eventually(`${member} to be held: ${reason}`, 90, async () => {
      const found = await heldReason(store, member);
      if (found !== reason) throw new Error(`it says: ${found}`);
      return true;
    });
    const { metadata } = await readPod(store, member);
    await eventually("the pod's events to say so", 60, async () => {
      const fieldSelector = `involvedObject.uid=${metadata?.uid}`;
      const { items } = await store.cluster.core.listNamespacedEvent({ namespace: store.namespace, fieldSelector });
      return items.some(({ message = "" }) => message.includes(`: held: ${reason}`));
    });
    const pod = await readPod(store, member);
    assert.deepEqual([isReady(pod), pod.status?.phase], [false, "Running"]);
  };

  const goesOn = () => eventually(`${member} to be ready`, 60, async () => isReady(await readPod(store, member)));

  /** Looks at a pod that has come back: the copy must be what the file was, and every session must be there but for `lost`. */
  const repaired = async (digest: string, lost: string[] = []) => {
    const copies = (await inPod("ls -d /data/damaged-*")).trim().split("\n");
    assert.match(copies.at(-1) ?? "", /^\/data\/damaged-\d{8}T\d{6}Z$/);
    assert.equal(await inPod(`sha256sum <${appendOnlyFile(copies.at(-1) ?? "")}`), digest);
    assert.ok(copies.length <= 2);
    const log = await store.cluster.core.readNamespacedPodLog({ name: member, namespace: store.namespace });
    assert.match(log, /^session-store: cut the damaged end of the append-only file; as it was: \/data\/damaged-/m);
    assert.deepEqual(await contents(store), kept);
    for (const key of lost) assert.equal(await askStore(store, member, "exists", key), "0");
  };

  /** Damages the file of a server that is idle, and lets the pod be replaced. Tells the file's digest, and the old pod. */
  const damage = async (line: string) => {
    await inPod(line.replace("FILE", () => current));
    const digest = await inPod(`sha256sum <${current}`);
    return { digest, old: await deletePod(store, member) };
  };

  for (const engine of ["valkey", "redis"] as const) {
    describe(`engine ${engine}`, () => {
      before(async () => {
        await deployStack(withChanges(environment[engine]));
      });

      it("finds every session that is there", async () => {
        assert.match(await askStore(store, member, "info", "server"), new RegExp(`^${engine}_version:8\\.`, "m"));
        await eventually("the volume to be marked as this engine's", 15, async () =>
          (await inPod("cat /data/engine")).startsWith(`${engine} `),
        );
        assert.deepEqual(await contents(store), kept);
      });

      it("repairs a torn end: a copy aside, all complete writes there", async () => {
        assert.equal(await askStore(store, member, "set", "sess:torn", "half of it"), "OK");
        const { digest, old } = await damage("truncate -s -3 FILE");
        await readySuccessor(store, member, old);
        await repaired(digest, ["sess:torn"]);
      });

      it("repairs garbage at the end", async () => {
        const { digest, old } = await damage("head -c 12 /dev/zero >>FILE");
        await readySuccessor(store, member, old);
        await repaired(digest);
      });

      it("holds more damage than a crash leaves, until the operator orders it to go on", async () => {
        const { digest } = await damage("head -c 1048577 /dev/zero >>FILE");
        await held(
          "1048577 bytes of its append-only file are damaged or follow damage, more than a crash leaves (1048576)",
        );
        await override(store, member);
        await goesOn();
        await repaired(digest);
      });

      it("holds a volume that is another's, until it is its own", async () => {
        await inPod("echo other/redis-0 >/data/owner");
        await deletePod(store, member);
        await held("this volume belongs to other/redis-0");
        await inPod(`echo ${store.namespace}/${member} >/data/owner`);
        await goesOn();
        assert.deepEqual(await contents(store), kept);
      });

      it("holds a damaged end where repairs are refused, until the operator orders it to go on", async () => {
        await deployStack(withChanges({ "store.corruptTail": "refuse" }));
        const { digest } = await damage("head -c 12 /dev/zero >>FILE");
        await held("the last 12 bytes of its append-only file are damaged and store.corruptTail is refuse");
        await override(store, member);
        await goesOn();
        await repaired(digest);
        withChanges({ "store.corruptTail": "repair" });
      });
    });
  }

  // A suite, for a suite's own tests run before those of the suites in it.
  describe("a switch of engine back to valkey", () => {
    it("is refused, and nothing is lost when it is redis again", async () => {
      const change = async (overrides: Overrides) => {
        const { objects } = await renderFor(withChanges(overrides));
        assert.ok(options !== undefined);
        await apply(store.cluster, objects, options.keeper);
      };
      const written = (await inPod("cat /data/engine")).trim();
      await change(environment.valkey);
      await held(`valkey 8.1 can't read what ${written} wrote: go back to that engine`);
      await change(environment.redis);
      // A StatefulSet waits for the pod that it has begun to replace.
      await readySuccessor(store, member, await deletePod(store, member));
      assert.deepEqual(await contents(store), kept);
    });
  });
});
