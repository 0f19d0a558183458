import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, table, writeResults, type Measurement } from "../bench/result.ts";
import { inTurn, median } from "../bench/series.ts";
import { figures, goals } from "../bench/store/figures.ts";
import { loadCommand, parseBurst } from "../bench/store/loadTool.ts";

const measured: Measurement = {
  metric: "SET/s, always",
  value: 12_345.6,
  unit: "1/s",
  peer: "valkey 8.1.1 on local disk",
  peerValue: 40_000,
  goal: "≥ 0.3",
};

describe("a benchmark's results", () => {
  it("have the ratio to the peer, and all figures in three digits", () => {
    assert.deepEqual(compare(measured), {
      metric: "SET/s, always",
      value: 12_300,
      unit: "1/s",
      peer: "valkey 8.1.1 on local disk",
      peerValue: 40_000,
      ratio: 0.309,
      goal: "≥ 0.3",
      met: true,
    });
  });

  it("keep what is below one, and large figures, in three digits as well", () => {
    const { value, peerValue, ratio } = compare({ ...measured, value: 0.012_345, peerValue: 1_234_567 });
    assert.deepEqual([value, peerValue, ratio], [0.0123, 1_230_000, 1e-8]);
  });

  const judged: [value: number, peerValue: number, goal: string | null, met: boolean | null][] = [
    [3, 4, "≥ 0.75", true],
    [2.99, 4, "≥ 0.75", false],
    [3, 4, "≤ 0.75", true],
    [3.01, 4, "≤ 0.75", false],
    [8, 4, "≤ 2", true],
    [0, 4, "≥ 1", false],
    [0, 4, "≤ 1", true],
    [3, 4, null, null],
  ];
  for (const [value, peerValue, goal, met] of judged) {
    it(`${value} beside ${peerValue}, goal ${goal ?? "none"}: met is ${met}`, () =>
      assert.equal(compare({ ...measured, value, peerValue, goal }).met, met));
  }

  it("are judged before they are rounded", () => {
    const { ratio, met } = compare({ ...measured, value: 7996, peerValue: 10_000, goal: "≥ 0.8" });
    assert.deepEqual([ratio, met], [0.8, false]);
  });

  for (const [value, peerValue] of [
    [NaN, 1],
    [1, NaN],
    [Infinity, 1],
    [1, Infinity],
    [-1, 1],
    [1, 0],
    [1, -1],
  ] as const) {
    it(`cannot be ${value} beside ${peerValue}`, () =>
      assert.throws(() => compare({ ...measured, value, peerValue }), {
        message:
          `SET/s, always: measured ${value} 1/s and, of valkey 8.1.1 on local disk, ${peerValue} 1/s: ` +
          "the first must not be below 0, the second must be above it",
      }));
  }

  for (const goal of ["", "0.3", "> 0.3", "≥0.3", "≥ .3", "≥ 0.3 or so", "≥ -1"]) {
    it(`cannot have the goal "${goal}"`, () =>
      assert.throws(() => compare({ ...measured, goal }), {
        message: `SET/s, always: the goal "${goal}" must be "≥ <number>" or "≤ <number>", such as "≥ 0.97"`,
      }));
  }

  it("make a table, numbers below each other", () => {
    const results = [
      compare(measured),
      compare({ metric: "p99", value: 3, unit: "ms", peer: "x", peerValue: 1, goal: "≤ 2.5" }),
      compare({ metric: "size", value: 0, unit: "B", peer: "x", peerValue: 1, goal: null }),
    ];
    assert.equal(
      table(results),
      [
        "metric         value  unit  peer                        peer value  ratio  goal   met",
        "SET/s, always  12300  1/s   valkey 8.1.1 on local disk       40000  0.309  ≥ 0.3  yes",
        "p99                3  ms    x                                    1      3  ≤ 2.5  no",
        "size               0  B     x                                    1      0  –      –",
      ].join("\n"),
    );
  });

  it("are written as a list, in place of those of an earlier run", async () => {
    const folder = mkdtempSync(join(tmpdir(), "session-stack-bench-"));
    try {
      await writeResults(join(folder, "results"), "store", [compare(measured), compare(measured)]);
      const file = await writeResults(join(folder, "results"), "store", [compare(measured)]);
      assert.equal(file, join(folder, "results", "store.json"));
      const text = readFileSync(file, "utf8");
      assert.deepEqual(JSON.parse(text), [compare(measured)]);
      assert.equal(text, `${JSON.stringify([compare(measured)], null, 2)}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a series of measurements", () => {
  it("measures the subjects in turn", async () => {
    const order: string[] = [];
    const measure = (subject: string) => Promise.resolve(order.push(subject));
    assert.deepEqual(await inTurn(3, ["a", "b"], measure), [
      [1, 3, 5],
      [2, 4, 6],
    ]);
    assert.deepEqual(order, ["a", "b", "a", "b", "a", "b"]);
  });

  it("counts by its median", () => {
    assert.equal(median([10, 9, 1000]), 10);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.equal(median([7]), 7);
    assert.throws(() => median([]), { message: "there is no median of nothing" });
  });

  it("leaves what it is given as it is", () => {
    const values = [3, 1, 2];
    median(values);
    assert.deepEqual(values, [3, 1, 2]);
  });
});

describe("the store's benchmark", () => {
  const load = { engine: "valkey", host: "redis-0.redis.ns.svc", port: 6379, caFile: null, requests: 7 } as const;
  const value = "s".repeat(512);

  it("writes sessions with the engine's own tool, and no password in its arguments", () => {
    assert.deepEqual(loadCommand(load), [
      ..."valkey-benchmark -h redis-0.redis.ns.svc -p 6379 --user app -a any --csv".split(" "),
      ..."-c 20 -n 7 -r 100000 SET sess:__rand_int__".split(" "),
      value,
      "EX",
      "86400",
    ]);
  });

  it("checks the certificate with TLS", () => {
    const command = loadCommand({ ...load, engine: "redis", caFile: "/etc/bench-tls/ca.crt" });
    assert.equal(command[0], "redis-benchmark");
    assert.deepEqual(command.slice(10, 15), ["--tls", "--cacert", "/etc/bench-tls/ca.crt", "-c", "20"]);
  });

  const titles = '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms"';

  it("reads what the tool printed", () => {
    const row = '"SET sess:__rand_int__ s EX 86400","6392.23","2.962","0.448","1.967","8.447","19.407"';
    assert.deepEqual(parseBurst(`${titles}\n${row}\n`), { perSecond: 6392.23, p99Ms: 19.407 });
  });

  for (const printed of [
    "",
    titles,
    `${titles}\n"SET","fast","1","1","1","1","2"`,
    `${titles}\n"SET","5","1","1","1","1"`,
    `"test","rps"\n"SET","5"`,
    `${titles}\n"SET","5","1","1","1","1","2"\n"GET","5","1","1","1","1","2"`,
  ]) {
    it(`refuses ${JSON.stringify(printed.replace(titles, "…"))}`, () =>
      assert.throws(() => parseBurst(printed), {
        message: `the benchmark tool printed no table of one row with rps and p99_latency_ms: ${printed}`,
      }));
  }

  it("compares the medians of SET/s and p99", () => {
    const burst = (perSecond: number, p99Ms: number) => ({ perSecond, p99Ms });
    const own = [burst(10, 3), burst(30, 1), burst(20, 5)];
    const peers = [burst(40, 2), burst(50, 1), burst(1, 9)];
    assert.deepEqual(figures("always, TLS", own, "x", peers, { perSecond: "≥ 0.5", p99: null }), [
      {
        metric: "SET/s, always, TLS",
        value: 20,
        unit: "1/s",
        peer: "x",
        peerValue: 40,
        ratio: 0.5,
        goal: "≥ 0.5",
        met: true,
      },
      { metric: "p99, always, TLS", value: 3, unit: "ms", peer: "x", peerValue: 2, ratio: 1.5, goal: null, met: null },
    ]);
  });

  it("has goals that can be judged", () => {
    for (const goal of Object.values(goals).flatMap((each) =>
      typeof each === "string" ? [each] : Object.values(each),
    ))
      assert.equal(typeof compare({ ...measured, goal }).met, "boolean");
  });
});
