import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { noRedis, password, ScriptFolder, Server } from "./redisServers.ts";

// Against a real server of the machine; that it listens on 127.0.0.1 of its pod is replaced by an address of the test's.

describe("accepts.sh", () => {
  let folder: ScriptFolder;
  let server: Server;

  before(async function () {
    if (noRedis !== "") this.skip();
    folder = new ScriptFolder();
    server = await new Server(folder, 1).start();
    const here = (text: string) =>
      text.replaceAll("127.0.0.1", server.host).replace("data=/data", `data=${folder.at("data")}`);
    for (const script of ["lib.sh", "accepts.sh"]) folder.add(script, here);
    mkdirSync(folder.at("data"));
    writeFileSync(folder.at("data/dataset"), "0123abcd");
    const hash = server
      .ask("acl", "getuser", "replica")
      .split("\n")
      .find((line) => /^[0-9a-f]{64}$/.test(line));
    server.ask("acl", "setuser", "replica-0123abcd", "on", `#${hash}`, "+ping");
    server.ask("acl", "setuser", "mute", "on", `>${password}`, "-@all");
  });

  after(async () => {
    await server?.stop();
    folder?.remove();
  });

  const ask = (user: string, input: string) => folder.run("accepts.sh", {}, [user], Buffer.from(input));

  for (const [title, user, input, answer] of [
    ["says yes to the password of a user", "backup", `${password}\n`, "yes"],
    ["says no to another", "backup", "Other123\n", "no"],
    ["says no to none", "backup", "\n", "no"],
    ["says no to that of a user that is not there", "nobody", `${password}\n`, "no"],
    ["takes replica for the user of this data set", "replica", `${password}\n`, "yes"],
    ["takes a password with any character in it", "backup", "a \\b'\"$x*%s\n", "no"],
  ] as const) {
    it(title, async () => {
      assert.deepEqual(await ask(user, input), { status: 0, stdout: `${answer}\n`, stderr: "" });
    });
  }

  it("fails with the server's answer when that is neither", async () => {
    const { status, stdout, stderr } = await ask("mute", `${password}\n`);
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /NOPERM/);
  });

  it("fails when no server answers", async () => {
    await server.stop();
    const { status, stdout, stderr } = await ask("backup", `${password}\n`);
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /Connection refused/);
  });
});
