import assert from "node:assert/strict";
import { farewell, finish, rotate, type RotationSite } from "../deploy/store/rotate.ts";
import type { Rotation, Topic } from "../deploy/store/rotation.ts";

// The place is a fake: what waiting for everybody means is proved by the end-to-end suite.

const day = 86_400;
const of = (password: number[], signingKeys: number[]): Rotation => ({ password, signingKeys });
const show = ({ password, signingKeys }: Rotation) => `[${password.join()}] [${signingKeys.join()}]`;

/** A stack that is deployed at once, unless it is told to break. */
class FakeSite implements RotationSite {
  topics: Topic[] = ["password", "signingKeys"];
  readonly events: string[] = [];
  readonly lines: string[] = [];
  deployed: Partial<Rotation>;
  since = new Map<number, Date>();
  /** The event that fails. */
  breaksAt = "";
  lists: Rotation;

  constructor(lists: Rotation, deployed: Partial<Rotation> = lists) {
    this.lists = lists;
    this.deployed = deployed;
  }

  versions() {
    return Promise.resolve(this.deployed);
  }

  async deploy(lists: Rotation) {
    await this.#happen(`deploy ${show(lists)}`);
    this.deployed = lists;
  }

  async settle(lists: Rotation) {
    await this.#happen(`settle ${show(lists)}`);
    const [first = 1, second = 1] = lists.signingKeys;
    if (first > second && !this.since.has(first)) this.since.set(first, new Date("2026-01-01T00:00:00Z"));
  }

  signingSince(version: number) {
    return Promise.resolve(this.since.get(version));
  }

  get options() {
    return {
      site: this,
      lists: this.lists,
      save: (lists: Rotation) => {
        this.events.push(`save ${show(lists)}`);
        this.lists = lists;
      },
      report: (line: string) => void this.lines.push(line),
    };
  }

  #happen(event: string): Promise<void> {
    if (event === this.breaksAt) return Promise.reject(new Error("the line is dead"));
    this.events.push(event);
    return Promise.resolve();
  }
}

const steps = (...lists: string[]) => lists.flatMap((list) => [`save ${list}`, `deploy ${list}`, `settle ${list}`]);

describe("rotating", () => {
  it("keeps the lists, deploys them and waits for everybody, three times", async () => {
    const site = new FakeSite(of([1], [1]));
    assert.deepEqual(await rotate(site.options), of([2], [2, 1]));
    assert.deepEqual(site.events, steps("[1,2] [1,2]", "[2,1] [2,1]", "[2] [2,1]"));
    assert.deepEqual(site.lines, [
      "deploying passwords [1, 2], signing keys [1, 2]",
      "deploying passwords [2, 1], signing keys [2, 1]",
      "deploying passwords [2], signing keys [2, 1]",
    ]);
  });

  for (const [which, lists, wanted] of [
    ["password", of([3], [2, 1]), steps("[3,4] [2,1]", "[4,3] [2,1]", "[4] [2,1]")],
    ["signingKeys", of([3], [1]), steps("[3] [1,2]", "[3] [2,1]")],
  ] as const) {
    it(`can be of the ${which} alone`, async () => {
      const site = new FakeSite(lists);
      await rotate({ ...site.options, which: [which] });
      assert.deepEqual(site.events, wanted);
    });
  }

  it("takes what the stack has, where it has only one of the two", async () => {
    const site = new FakeSite(of([1], [1]), { signingKeys: [1] });
    site.topics = ["signingKeys"];
    assert.deepEqual(await rotate(site.options), of([1], [2, 1]));
  });

  it("refuses what the stack does not generate", async () => {
    const given =
      "passwords are made for store.kind redis, signing keys where neither sessionSecret nor sessionSecretRef gives them";
    const site = new FakeSite(of([1], [1]));
    site.topics = ["signingKeys"];
    await assert.rejects(rotate({ ...site.options, which: ["password"] }), {
      message: `this stack generates no passwords that could be rotated: ${given}`,
    });
    site.topics = [];
    await assert.rejects(rotate(site.options), {
      message: `this stack generates nothing that could be rotated: ${given}`,
    });
    assert.deepEqual(site.events, []);
  });

  it("begins on a stack of a former release, whose Secrets know no versions", async () => {
    const site = new FakeSite(of([1], [1]), {});
    assert.deepEqual(await rotate(site.options), of([2], [2, 1]));
  });

  it("refuses to begin while old signing keys are waiting to be dropped", async () => {
    const site = new FakeSite(of([2], [2, 1]));
    site.since.set(2, new Date());
    await assert.rejects(rotate(site.options), {
      message:
        "signing key 1 is still accepted beside 2: drop it with --finish first, or rotate the passwords alone with --only password",
    });
    assert.deepEqual(site.events, []);
  });
});

describe("a rotation that was interrupted", () => {
  const whole = steps("[1,2] [1,2]", "[2,1] [2,1]", "[2] [2,1]");

  for (const [index, event] of whole.slice(0, -1).entries()) {
    if (event.startsWith("save")) continue;
    it(`at "${event}" goes on from there`, async () => {
      const site = new FakeSite(of([1], [1]));
      site.breaksAt = event;
      await assert.rejects(rotate(site.options), { message: "the line is dead" });
      assert.deepEqual(site.events, whole.slice(0, index));
      site.breaksAt = "";
      site.events.length = 0;
      site.lines.length = 0;
      assert.deepEqual(await rotate(site.options), of([2], [2, 1]));
      const from = whole.findLastIndex((past, at) => at <= index && past.startsWith("save"));
      assert.deepEqual(site.events, whole.slice(from + 1));
      assert.equal(site.lines[0], "going on with the rotation that was interrupted");
    });
  }

  it("after its last deployment has nothing left but the servers' own refresh, so that the next one begins", async () => {
    const site = new FakeSite(of([2], [2, 1]));
    site.since.set(2, new Date());
    await rotate({ ...site.options, which: ["password"] });
    assert.deepEqual(site.events, steps("[2,3] [2,1]", "[3,2] [2,1]", "[3] [2,1]"));
  });

  it("between keeping the last list and deploying it does not begin another one", async () => {
    const site = new FakeSite(of([2], [1]), of([2, 1], [1]));
    assert.deepEqual(await rotate(site.options), of([2], [1]));
    assert.deepEqual(site.events, ["deploy [2] [1]", "settle [2] [1]"]);
  });

  it("while the application's pods were changing keys is waited for again", async () => {
    const site = new FakeSite(of([1], [2, 1]));
    assert.deepEqual(await rotate({ ...site.options, which: ["signingKeys"] }), of([1], [2, 1]));
    assert.deepEqual(site.events, ["deploy [1] [2,1]", "settle [1] [2,1]"]);
    assert.deepEqual([...site.since.keys()], [2]);
  });

  it("in one of the two does not begin the other", async () => {
    const site = new FakeSite(of([1, 2], [1]));
    assert.deepEqual(await rotate(site.options), of([2], [1]));
  });
});

describe("finishing a rotation of signing keys", () => {
  const waiting = (since?: Date) => {
    const site = new FakeSite(of([2], [2, 1]));
    if (since !== undefined) site.since.set(2, since);
    return site;
  };
  const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000);

  it("drops the old key when sessions signed with it have expired", async () => {
    const site = waiting(secondsAgo(day));
    assert.deepEqual(await finish({ ...site.options, sessionSeconds: day, now: false }), of([2], [2]));
    assert.deepEqual(site.events, steps("[2] [2]"));
  });

  const tooEarly = "; --now drops it all the same and logs those visitors out";
  it("refuses earlier, saying when", async () => {
    const since = secondsAgo(day - 60);
    const site = waiting(since);
    const until = new Date(since.valueOf() + day * 1000).toISOString();
    await assert.rejects(finish({ ...site.options, sessionSeconds: day, now: false }), {
      message: `signing key 1 is still needed: sessions signed with it expire until ${until}${tooEarly}`,
    });
    assert.deepEqual(site.events, []);
  });

  it("refuses when it cannot know", async () => {
    await assert.rejects(finish({ ...waiting().options, sessionSeconds: day, now: false }), {
      message: `signing key 1 is still needed: it is not known since when all pods sign with key 2: run rotate again${tooEarly}`,
    });
    await assert.rejects(finish({ ...waiting(new Date()).options, sessionSeconds: undefined, now: false }), {
      message: `signing key 1 is still needed: the stack does not say how long its sessions last (app.session.ttlSeconds)${tooEarly}`,
    });
  });

  it("does so all the same when told", async () => {
    assert.deepEqual(await finish({ ...waiting().options, sessionSeconds: undefined, now: true }), of([2], [2]));
  });

  it("goes on when it was interrupted before the deployment", async () => {
    const site = new FakeSite(of([2], [2]), of([2], [2, 1]));
    await finish({ ...site.options, sessionSeconds: day, now: false });
    assert.deepEqual(site.events, steps("[2] [2]"));
  });

  for (const signingKeys of [[1], [1, 2]]) {
    it(`refuses where the keys are [${signingKeys.join()}], none of them out of use`, async () => {
      const site = new FakeSite(of([1], signingKeys));
      await assert.rejects(finish({ ...site.options, sessionSeconds: day, now: true }), {
        message: "no signing key is out of use: rotate them first",
      });
      assert.deepEqual(site.events, []);
    });
  }

  it("is announced with the time from which it is possible", async () => {
    const site = waiting(new Date("2026-03-01T12:00:00Z"));
    assert.equal(
      await farewell(site, site.lists, day),
      "signing key 1 is still accepted: sessions signed with it have expired by 2026-03-02T12:00:00.000Z; then run it again with --finish",
    );
    assert.equal(
      await farewell(site, site.lists, undefined),
      "signing key 1 is still accepted: the stack does not say how long its sessions last (app.session.ttlSeconds); then run it again with --finish",
    );
    assert.equal(await farewell(site, of([2], [2]), day), undefined);
  });
});
