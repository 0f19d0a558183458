import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Member } from "./redisMember.ts";

/** Why tests with real servers are left out, or "". */
const programs = ["redis-server", "redis-cli", "redis-check-aof", "flock"];
export const noServers = spawnSync("which", programs).status === 0 ? "" : `not all of ${programs.join(", ")} on PATH`;

/** Members of a store that are processes of this machine, run by the scripts of the pods, on loopback addresses. */
export class Members {
  readonly #folder = mkdtempSync(join(tmpdir(), "session-stack-members-"));
  readonly #port = randomInt(20_000, 32_000);
  readonly #network = `127.${randomInt(1, 255)}.${randomInt(0, 255)}`;
  readonly #members: Member[] = [];

  /** A pod that is not started yet. `claim` is the ordinal of the one whose volume it has. */
  add(ordinal: number, claim = ordinal): Member {
    const places = { folder: join(this.#folder, `${this.#members.length}`), data: join(this.#folder, `data-${claim}`) };
    const member = new Member(ordinal, `${this.#network}.${ordinal}`, this.#port, places);
    this.#members.push(member);
    return member;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()));
    // What was killed may write for a moment yet.
    rmSync(this.#folder, { recursive: true, maxRetries: 10 });
  }
}
