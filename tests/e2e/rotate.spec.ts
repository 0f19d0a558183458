import assert from "node:assert/strict";
import * as names from "../../components/redis/names.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import { farewell, finish, rotate, type RotationSite } from "../../deploy/store/rotate.ts";
import type { Rotation } from "../../deploy/store/rotation.ts";
import { rotationSite } from "../../deploy/store/site.ts";
import { openEnvironment } from "./environment.ts";
import { ownStack } from "./ownStack.ts";
import { Browser } from "./proof/browser.ts";
import { askStore, replacePod } from "./proof/pods.ts";
import { everythingVisible, secretValues } from "./proof/visible.ts";
import { Load, type Findings } from "./rotate/load.ts";
import { openTunnel, storeClient } from "./rotate/storeClient.ts";
import { accepts } from "./store/accepts.ts";

const sessionSeconds = 86_400;
const secrets = [names.secret, names.usersSecret, "session-secret"];

describe("a rotation of the store's passwords and of the signing keys, under load", function () {
  this.timeout(900_000);

  let options: StackOptions | undefined;
  let stack: DeployedStack;
  let site: RotationSite;
  let load: Load;
  let lists: Rotation = { password: [1], signingKeys: [1] };
  /** Logged in before; the one comes back after the rotation, the other only when it is finished. */
  let late: Browser, tooLate: Browser;
  const saved: Rotation[] = [];
  const reported: string[] = [];
  const values = new Set<string>();

  before("a stack of its own, with visitors and clients", async () => {
    const environment = await openEnvironment();
    options = await ownStack("rotate", environment, {
      "store.replicas": 1,
      "app.replicas": 2,
      "ingress.hosts": [{ host: "rotate.localhost" }],
    });
    stack = await deploy(lists);
    const endpoint = await environment.endpoint(stack);
    const report = (line: string) => void reported.push(`${new Date().toISOString()} ${line}`);
    site = await rotationSite(options, deploy, report);
    [late, tooLate] = [new Browser(endpoint), new Browser(endpoint)];
    await eventually("the Ingress to lead to the application", 60, () => late.login("late"));
    await tooLate.login("too-late");
    load = new Load(stack, endpoint);
    await load.start(3);
  });

  after("destroy it", async () => {
    await load?.stop();
    if (options !== undefined) await destroyStack(options);
  });

  async function deploy(rotation: Rotation): Promise<DeployedStack> {
    assert.ok(options !== undefined);
    const deployed = await deployStack({ ...options, overrides: { ...options.overrides, rotation } });
    for (const value of await secretValues(deployed, ...secrets)) if (value.length > 8) values.add(value);
    return deployed;
  }

  const common = () => ({
    site,
    lists,
    save: (next: Rotation) => void saved.push(next),
    report: (line: string) => void reported.push(`${new Date().toISOString()} ${line}`),
  });

  it("takes three deployments and leaves the old signing key accepted", async () => {
    const began = Date.now();
    lists = await rotate(common());
    console.log(reported.map((line) => `      ${line}`).join("\n"));
    console.log(`      rotated in ${((Date.now() - began) / 1000).toFixed(1)} s`);
    assert.deepEqual(saved, [
      { password: [1, 2], signingKeys: [1, 2] },
      { password: [2, 1], signingKeys: [2, 1] },
      { password: [2], signingKeys: [2, 1] },
    ]);
    assert.match(
      (await farewell(site, lists, sessionSeconds)) ?? "",
      /^signing key 1 is still accepted: sessions signed with it have expired by 2[-\dT:.]+Z; then run it again with --finish$/,
    );
  });

  it("finds the sessions of those who stayed away for all of it", async () => {
    assert.equal((await late.session()).name, "late");
  });

  it("drops the old signing key when told so, and not before", async () => {
    await assert.rejects(
      finish({ ...common(), sessionSeconds, now: false }),
      /^Error: signing key 1 is still needed: /,
    );
    lists = await finish({ ...common(), sessionSeconds, now: true });
    assert.deepEqual(saved.at(-1), { password: [2], signingKeys: [2] });
    assert.equal((await late.session()).name, "late");
    assert.equal((await tooLate.session()).loggedIn, false);
  });

  it("lost no session and failed no request of visitors and clients", async () => {
    const findings: Findings = await load.stop();
    console.log(`      ${JSON.stringify(findings.done)}`);
    assert.deepEqual(findings.failures, []);
    assert.deepEqual(
      Object.entries(findings.done).filter(([, count]) => count < 50),
      [],
    );
  });

  it("leaves every member with the new passwords alone", async () => {
    const old = [...values].filter((value) => /^[A-Za-z0-9]{32}$/.test(value));
    const now = await secretValues(stack, names.usersSecret);
    assert.equal(old.length, 2 * names.users.length);
    for (const member of ["redis-0", "redis-1"]) {
      for (const user of names.users) {
        const answers = await Promise.all(old.map((password) => accepts(stack, member, user, password)));
        assert.deepEqual(answers.filter((answer) => answer === "yes").length, 1, `${member} as ${user}`);
        const accepted = old[answers.indexOf("yes")] ?? "";
        assert.ok(now.includes(accepted), `${member} accepts an old password of ${user}`);
      }
    }
  });

  it("refuses an application that comes with the old password", async () => {
    const tunnel = await openTunnel(stack, "redis-0");
    try {
      const [url = ""] = [...values].filter((value) => value.startsWith("redis://"));
      await assert.rejects(storeClient(tunnel, new URL(url).password), /WRONGPASS/);
    } finally {
      await tunnel.close();
    }
  });

  it("keeps the replica in step, also when it starts anew", async () => {
    const { namespace } = stack.outputs;
    const pods = { cluster: stack.cluster, namespace };
    const onReplica = (value: string) =>
      eventually(
        `the replica to have ${value}`,
        30,
        async () => (await askStore(pods, "redis-1", "get", "sess:step")) === value,
      );
    assert.equal(await askStore(pods, "redis-0", "set", "sess:step", "before"), "OK");
    await onReplica("before");
    await replacePod(pods, "redis-1");
    assert.equal(await askStore(pods, "redis-0", "set", "sess:step", "after"), "OK");
    await onReplica("after");
  });

  it("shows no password and no key to anybody meanwhile", async () => {
    assert.equal(values.size, 2 * (names.users.length + 1) + 2 + 2);
    const visible = [await everythingVisible(stack), ...load.findings.processes, ...reported].join("\n");
    assert.ok(/(redis|valkey)-server/.test(visible), "no process list was read");
    for (const value of values) assert.ok(!visible.includes(value), "a secret can be read outside its Secret");
  });
});
