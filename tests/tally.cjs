"use strict";
const { appendFileSync } = require("node:fs");
const { reporters } = require("mocha");

/**
 * Mocha's spec reporter, which also adds the run's counts as a line to the file named by TEST_TALLY, and what failed to
 * the file beside it: .ci/run sums the ones and repeats the others at its end.
 */
module.exports = class Tally extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.TEST_TALLY;
    if (file === undefined) return;
    runner.on("fail", (test, { stack, message }) => {
      appendFileSync(`${file}.failed`, `${test.fullTitle()}\n  ${(stack ?? message).replaceAll("\n", "\n  ")}\n`);
    });
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      appendFileSync(file, `${passes} ${failures} ${pending}\n`);
    });
  }
};
