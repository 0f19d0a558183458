import assert from "node:assert/strict";
import { quantityToScalar } from "@kubernetes/client-node/dist/util.js";
import fc from "fast-check";
import { maxmemoryBytes, parseBytes, parseCores } from "../config/quantity.ts";

// The oracle is the Kubernetes client for JavaScript, not the API server.

const whole = fc.nat(4095).map(String);
const amount = fc.oneof(
  whole,
  fc.tuple(whole, fc.nat(999)).map(([before, after]) => `${before}.${after}`),
);
const close = (a: number | undefined, b: number) => Math.abs((a ?? NaN) - b) <= 1e-9 * Math.max(1, b);

describe("quantities", () => {
  const bytes: [quantity: string, bytes: number | undefined][] = [
    ["0", 0],
    ["1", 1],
    ["256Mi", 268_435_456],
    ["1.5Gi", 1_610_612_736],
    ["1Ti", 1_099_511_627_776],
    ["2Ki", 2048],
    ["1k", 1000],
    ["1M", 1_000_000],
    ["1G", 1_000_000_000],
    ["1T", 1_000_000_000_000],
    ["", undefined],
    ["Mi", undefined],
    ["1mi", undefined],
    ["1MB", undefined],
    ["1 Mi", undefined],
    ["+1Mi", undefined],
    ["-1Mi", undefined],
    ["1e3", undefined],
    [".5Gi", undefined],
    ["1.Gi", undefined],
    ["1Mi\n", undefined],
  ];
  for (const [quantity, expected] of bytes) {
    it(`reads ${JSON.stringify(quantity)} as ${expected} bytes`, () => {
      assert.equal(parseBytes(quantity), expected);
    });
  }

  const cores: [quantity: string, cores: number | undefined][] = [
    ["50m", 0.05],
    ["1", 1],
    ["1.5", 1.5],
    ["0", 0],
    ["", undefined],
    ["m", undefined],
    ["1k", undefined],
    ["50 m", undefined],
    ["-1", undefined],
  ];
  for (const [quantity, expected] of cores) {
    it(`reads ${JSON.stringify(quantity)} as ${expected} cores`, () => {
      assert.equal(parseCores(quantity), expected);
    });
  }

  it("reads memory as Kubernetes does", () => {
    const unit = fc.constantFrom("", "Ki", "Mi", "Gi", "Ti", "k", "M", "G", "T");
    fc.assert(
      // The client takes only whole numbers before a unit of memory.
      fc.property(whole, unit, (number, suffix) =>
        close(parseBytes(number + suffix), Number(quantityToScalar(number + suffix))),
      ),
    );
  });

  it("reads CPU as Kubernetes does", () => {
    fc.assert(
      fc.property(amount, fc.constantFrom("", "m"), (number, suffix) =>
        close(parseCores(number + suffix), Number(quantityToScalar(number + suffix))),
      ),
    );
  });

  it("reads nothing that Kubernetes would not", () => {
    const text = fc.string({ unit: fc.constantFrom(...".0123456789KMGTPimkne+- \n"), maxLength: 6 });
    fc.assert(
      fc.property(text, (quantity) => {
        fc.pre(parseBytes(quantity) !== undefined);
        assert.match(quantity, /^[0-9.]+([KMGT]i|[kMGT])?$/);
        assert.ok(Number.isFinite(parseFloat(quantity)));
      }),
      { numRuns: 300, maxSkipsPerRun: 1000 },
    );
  });

  it("gives six tenths of the memory to the data, in whole bytes", () => {
    assert.equal(maxmemoryBytes("256Mi"), 161_061_273);
    assert.equal(maxmemoryBytes("1G"), 600_000_000);
  });

  it("gives more memory to the data the more there is, and never all of it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 1 << 20 }), fc.integer({ min: 0, max: 1 << 20 }), (mebibytes, more) => {
        const share = maxmemoryBytes(`${mebibytes}Mi`);
        return (
          Number.isInteger(share) && share < mebibytes * 2 ** 20 && share <= maxmemoryBytes(`${mebibytes + more}Mi`)
        );
      }),
    );
  });
});
