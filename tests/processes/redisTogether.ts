import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../deploy/eventually.ts";
import type { Member } from "./redisMember.ts";
import { Members, noServers } from "./redisMembers.ts";

// Real servers of Debian's redis-server run by the real scripts, as processes. That it is the same with the images'
// servers, in pods and on NFS is proved by the end-to-end suite.

/** A suite whose every test begins without a member, and leaves none. */
export function together(title: string, tests: (store: Together) => void): void {
  (noServers === "" ? describe : describe.skip)(`${title}${noServers && ` (skipped: ${noServers})`}`, () => {
    const store = new Together();
    beforeEach(() => {
      store.members = new Members();
    });
    afterEach(() => store.members.remove());
    tests(store);
  });
}

export class Together {
  members!: Members;

  started(ordinal: number): Promise<Member> {
    return this.members.add(ordinal).start();
  }

  /** Primary and replica, in step, with a session. */
  async pair(): Promise<[primary: Member, replica: Member]> {
    const primary = await this.started(0);
    const replica = await this.started(1);
    assert.equal(primary.ask("set", "sess:jack", "here"), "OK");
    await eventually("the replica to have it", 10, () => Promise.resolve(replica.ask("dbsize") === "1"));
    // What a replica was sent at once is on its volume when its first append-only file is written, not before.
    await eventually("the replica to have it on its volume", 10, () =>
      Promise.resolve(replica.ask("info", "persistence").includes("aof_rewrite_in_progress:0")),
    );
    await Promise.all([primary.loaded(), replica.loaded()]);
    return [primary, replica];
  }
}

/** Takes a member's volume away and starts it again. */
export async function loseVolume(member: Member): Promise<void> {
  await member.kill();
  for (const name of readdirSync(member.data)) rmSync(join(member.data, name), { recursive: true });
  member.launch();
}
