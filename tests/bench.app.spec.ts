import assert from "node:assert/strict";
import { exponent, mean, running } from "../bench/app/exponent.ts";

const points = (value: (size: number) => number, sizes = [1, 2, 3, 5, 8, 20]) =>
  sizes.map((size) => ({ size, value: value(size) }));

/** Three digits: what is fitted is not exact. */
const fitted = (given: { size: number; value: number }[]) => Number(exponent(given).toFixed(3));

describe("the exponent of growth", () => {
  it("is that of the power, whatever stands before it", () => {
    assert.equal(fitted(points(() => 7)), 0);
    assert.equal(fitted(points((n) => 0.3 * n)), 1);
    assert.equal(fitted(points((n) => 40 * n ** 1.5)), 1.5);
    assert.equal(fitted(points((n) => n ** 2)), 2);
    assert.equal(fitted(points((n) => 5 / n)), -1);
  });

  it("lies between the steps of what is no power: the least squares of the logarithms", () => {
    // Slopes 0 and 2 over equal steps of the logarithm: 1 over all.
    assert.equal(
      fitted([
        { size: 1, value: 1 },
        { size: 2, value: 1 },
        { size: 4, value: 4 },
      ]),
      1,
    );
    // Through the points it is not the line from the first to the last, which would be 1.
    assert.equal(
      fitted([
        { size: 1, value: 1 },
        { size: 2, value: 1 },
        { size: 4, value: 1 },
        { size: 8, value: 8 },
      ]),
      0.9,
    );
  });

  it("of totals is above 1 when each step takes longer than the one before", () => {
    const totals = (steps: number[]) => running(steps).map((value, index) => ({ size: index + 1, value }));
    assert.equal(fitted(totals(Array.from({ length: 20 }, () => 3))), 1);
    const slower = Array.from({ length: 20 }, (_, index) => index + 1);
    assert.ok(exponent(totals(slower)) > 1.6);
  });

  for (const value of [0, -1, NaN, Infinity]) {
    it(`cannot be fitted to ${value}`, () => {
      assert.throws(
        () =>
          exponent([
            { size: 1, value: 1 },
            { size: 2, value },
          ]),
        {
          message: `an exponent is fitted to numbers above 0, got ${JSON.stringify([
            { size: 1, value: 1 },
            { size: 2, value },
          ])}`,
        },
      );
      assert.throws(
        () =>
          exponent([
            { size: 1, value: 1 },
            { size: value, value: 1 },
          ]),
        /^Error: an exponent is fitted/,
      );
    });
  }

  it("cannot be fitted to one size", () => {
    const message = "an exponent is fitted to two sizes or more";
    assert.throws(() => exponent([]), { message });
    assert.throws(() => exponent([{ size: 3, value: 1 }]), { message });
    assert.throws(
      () =>
        exponent([
          { size: 3, value: 1 },
          { size: 3, value: 2 },
        ]),
      { message },
    );
  });
});

describe("a series", () => {
  it("adds up step by step", () => {
    assert.deepEqual(running([2, 3, 4]), [2, 5, 9]);
    assert.deepEqual(running([]), []);
  });

  it("has a mean", () => assert.equal(mean([1, 2, 6]), 3));
});
