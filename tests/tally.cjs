"use strict";
const { appendFileSync } = require("node:fs");
const { reporters } = require("mocha");

/** Mocha's spec reporter, which also adds the run's counts as a line to the file named by TEST_TALLY: .ci/run sums them. */
module.exports = class Tally extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.TEST_TALLY;
    if (file === undefined) return;
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      appendFileSync(file, `${passes} ${failures} ${pending}\n`);
    });
  }
};
