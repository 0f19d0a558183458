import assert from "node:assert/strict";
import { eventually, Hopeless, until } from "../deploy/eventually.ts";

// Real time passes here, in tenths of a second: no clock is faked.

/** Looks that find one thing after the other; the last one again and again. */
function looks<T>(...found: (T | Error)[]): { look: () => Promise<T>; count: () => number } {
  let count = 0;
  const look = async () => {
    const next = found[Math.min(count++, found.length - 1)];
    if (next instanceof Error) throw next;
    return Promise.resolve(next as T);
  };
  return { look, count: () => count };
}

for (const [name, wait] of [
  ["until", until],
  ["eventually", eventually],
] as const) {
  describe(name, () => {
    it("gives what is found at once, without a second look", async () => {
      const { look, count } = looks("found");
      assert.equal(await wait("x", 1, look), "found");
      assert.equal(count(), 1);
    });

    it("looks again while there is nothing, or not yet", async () => {
      const { look, count } = looks<string | false | undefined>(undefined, false, "found");
      assert.equal(await wait("x", 5, look), "found");
      assert.equal(count(), 3);
    });

    it("takes 0, null and an empty string for something", async () => {
      for (const value of [0, null, ""]) assert.equal(await wait("x", 1, looks(value).look), value);
    });

    it("gives up in time, saying what was waited for", async () => {
      await assert.rejects(wait("the tide to turn", 0.05, looks(false).look), {
        message: "gave up waiting for the tide to turn after 0.05 s",
      });
    });

    it("gives up in time though a look never ends", async () => {
      const never = () => new Promise<undefined>(() => undefined);
      await assert.rejects(wait("the tide to turn", 0.05, never), {
        message: "gave up waiting for the tide to turn after 0.05 s",
      });
    });
  });
}

describe("until", () => {
  it("ends with an error of the look", async () => {
    await assert.rejects(until("x", 5, looks<string>(new Error("refused"), "found").look), { message: "refused" });
  });
});

describe("eventually", () => {
  it("looks again after an error", async () => {
    assert.equal(await eventually("x", 5, looks<string>(new Error("refused"), "found").look), "found");
  });

  it("ends with an error that says that waiting is hopeless, and with its words alone", async () => {
    const { look, count } = looks<string>(new Error("refused"), new Hopeless("it is gone"), "found");
    await assert.rejects(eventually("x", 5, look), { message: "it is gone" });
    assert.equal(count(), 2);
  });

  it("says the error it met last", async () => {
    const { look } = looks<string>(new Error("refused"), new Error("not found"));
    await assert.rejects(eventually("the pod", 0.15, look), {
      message: "gave up waiting for the pod after 0.15 s: not found",
    });
  });

  it("says no error that was over", async () => {
    const { look } = looks<string | undefined>(new Error("refused"), undefined);
    await assert.rejects(eventually("the pod", 0.15, look), {
      message: "gave up waiting for the pod after 0.15 s",
    });
  });
});
