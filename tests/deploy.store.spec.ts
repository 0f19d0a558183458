import assert from "node:assert/strict";
import { lines } from "../deploy/store/lines.ts";
import { chooseSource } from "../deploy/store/reseed.ts";
import type { MemberState } from "../deploy/store/states.ts";

// What the commands do to a cluster is proved by the end-to-end suite (topic backup).

describe("chooseSource", () => {
  const state = (member: string, keys: number, offset = 0, problem?: string): MemberState => ({
    member,
    keys,
    offset,
    ...(problem === undefined ? {} : { problem }),
  });

  it("takes the replica with most keys", () => {
    const states = [state("redis-1", 9, 99), state("redis-2", 10), state("redis-3", 8, 100)];
    assert.equal(chooseSource(states).member, "redis-2");
  });

  it("among equals takes the one that has seen most, then the first", () => {
    assert.equal(chooseSource([state("redis-1", 5, 1), state("redis-2", 5, 2)]).member, "redis-2");
    assert.equal(chooseSource([state("redis-2", 5, 2), state("redis-1", 5, 2)]).member, "redis-1");
  });

  it("says of each replica why it is none", () => {
    const states = [state("redis-1", 0), state("redis-2", 0, 0, "does not answer: LOADING")];
    assert.throws(() => chooseSource(states), {
      message: "no replica has sessions to reseed redis-0 from: redis-1 holds 0 keys; redis-2 does not answer: LOADING",
    });
    assert.throws(() => chooseSource([]), {
      message: "no replica has sessions to reseed redis-0 from: there is none",
    });
  });
});

describe("lines", () => {
  it("hands on whole lines, however they arrive, and the rest at the end", async () => {
    const told: string[] = [];
    const stream = lines((line) => told.push(line));
    for (const part of ["one\ntw", "o\n", "thr", "ee"]) stream.write(part);
    await new Promise((resolve) => stream.end(resolve));
    assert.deepEqual(told, ["one", "two", "three"]);
  });
});
