import assert from "node:assert/strict";
import {
  advanced,
  begun,
  finished,
  isSwitched,
  sameVersions,
  topics,
  type Rotation,
} from "../deploy/store/rotation.ts";

const of = (password: number[], signingKeys: number[]): Rotation => ({ password, signingKeys });

describe("the lists of a rotation", () => {
  it("go through three steps for passwords and two for signing keys, side by side", () => {
    const first = begun(of([1], [4]), [...topics]);
    assert.deepEqual(first, of([1, 2], [4, 5]));
    const second = advanced(first, [...topics]);
    assert.deepEqual(second, of([2, 1], [5, 4]));
    const third = advanced(second ?? first, [...topics]);
    assert.deepEqual(third, of([2], [5, 4]));
    assert.equal(advanced(third ?? first, [...topics]), undefined);
    assert.deepEqual(finished(third ?? first), of([2], [5]));
  });

  it("leave the other topic as it is", () => {
    assert.deepEqual(begun(of([1], [1]), ["password"]), of([1, 2], [1]));
    assert.deepEqual(begun(of([1], [1]), ["signingKeys"]), of([1], [1, 2]));
    assert.deepEqual(advanced(of([1, 2], [1, 2]), ["password"]), of([2, 1], [1, 2]));
    assert.equal(advanced(of([1, 2], [2, 1]), ["signingKeys"]), undefined);
  });

  it("take up a new version after one that was left half-way by hand", () => {
    assert.deepEqual(begun(of([2, 3, 1], [1]), ["password"]), of([2, 3, 1, 4], [1]));
    assert.deepEqual(advanced(of([2, 3, 1], [1]), ["password"]), of([3, 2, 1], [1]));
    assert.deepEqual(advanced(of([3, 2, 1], [1]), ["password"]), of([3], [1]));
  });

  for (const [versions, wanted] of [
    [[1], false],
    [[1, 2], false],
    [[2, 1], true],
    [[3, 1, 2], true],
  ] as const) {
    it(`${wanted ? "have" : "have not"} been switched where they are ${JSON.stringify(versions)}`, () => {
      assert.equal(isSwitched([...versions]), wanted);
    });
  }

  it("are the same in whatever order", () => {
    assert.equal(sameVersions([1, 2], [2, 1]), true);
    assert.equal(sameVersions([1], [2]), false);
    assert.equal(sameVersions([1], [1, 2]), false);
    assert.equal(sameVersions([1, 2], [1]), false);
  });
});
