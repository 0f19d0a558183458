import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:tls";
import { authority, issue } from "../../demo/tests/certificate.ts";
import { eventually } from "../../deploy/eventually.ts";
import type { Member } from "./redisMember.ts";
import { together } from "./redisTogether.ts";

const name = "redis-master.shop.svc";

together("members with TLS", (store) => {
  let primary: Member;
  beforeEach(() => {
    primary = store.members.add(0);
  });

  /** Whether a client that trusts this authority alone trusts the server. */
  const isTrusted = async (member: Member, ca: string): Promise<boolean> => {
    const socket = connect({ ...member.endpoint, ca, servername: name });
    return once(socket, "secureConnect")
      .then(() => true)
      .catch((error: unknown) => {
        assert.match(String(error), /signature|certificate/);
        return false;
      })
      .finally(() => socket.destroy());
  };
  const trusted = (member: Member, ca: string) =>
    eventually("a client to trust the server", 10, () => isTrusted(member, ca));

  it("load certificates of another authority without a restart, and replicate by them", async () => {
    const [before, after] = [authority("before"), authority("after")];
    const replica = store.members.add(1);
    for (const member of [primary, replica]) {
      member.certify(issue(before, [name]), before);
      await member.start();
    }
    assert.deepEqual(
      [await isTrusted(primary, before.certificate), await isTrusted(primary, after.certificate)],
      [true, false],
    );
    for (const member of [primary, replica]) {
      member.certify(issue(after, [name]), after);
      assert.deepEqual(member.script("live.sh"), { status: 0, text: "" });
      await trusted(member, after.certificate);
      assert.equal(await isTrusted(member, before.certificate), false);
    }
    assert.equal(replica.ask("client", "kill", "type", "master"), "1");
    assert.equal(primary.ask("set", "sess:1", "copied"), "OK");
    await eventually("the replica to follow again", 15, () =>
      Promise.resolve(replica.ask("get", "sess:1") === "copied"),
    );
  });

  it("go on with the old certificate where the new one is of no use, and say so once", async () => {
    const ca = authority("shop");
    const good = issue(ca, [name]);
    primary.certify(good, ca);
    await primary.start();
    primary.certify({ ...good, key: issue(ca, [name]).key }, ca);
    const said = () => primary.log.match(/session-store: a changed certificate can't be loaded: ERR .*/g)?.length ?? 0;
    await eventually("it to say so", 10, () => Promise.resolve(said() > 0));
    assert.equal(await isTrusted(primary, ca.certificate), true);
    primary.certify(issue(ca, [name]), ca);
    await eventually("it to load the next", 10, () =>
      Promise.resolve(primary.log.includes("session-store: loaded a changed certificate")),
    );
    assert.equal(said(), 1);
  });
});
