import assert from "node:assert/strict";
import { alertRules } from "../../components/redis/metrics.ts";
import * as names from "../../components/redis/names.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import { openEnvironment } from "./environment.ts";
import { everythingVisible } from "./proof/visible.ts";
import { accepts } from "./store/accepts.ts";
import { isUp, scrape } from "./store/metrics.ts";
import { ownStack, unreachable } from "./ownStack.ts";

const members = ["redis-0", "redis-1"];

describe("the exporter of metrics", () => {
  let options: StackOptions | undefined;
  let stack: DeployedStack;
  /** All passwords that its user had. */
  const used: string[] = [];

  before("a stack of its own that has it", async () => {
    const environment = await openEnvironment();
    options = await ownStack("metrics", environment, {
      ...unreachable,
      ...environment.exporter,
      "store.replicas": 1,
    });
    stack = await deployStack(options);
  });

  after("destroy it", () => options && destroyStack(options));

  it("reaches every member as a user of its own", async () => {
    for (const member of members) {
      await eventually(`the exporter of ${member} to reach it`, 30, () => isUp(stack, member));
    }
  });

  it("has every metric that the alert rules ask for", async () => {
    const rules = alertRules(stack.outputs.namespace);
    const asked = new Set(rules.match(/\bredis_[a-z_]+(?=\{)/g));
    assert.equal(asked.size, 8);
    const found = new Map(
      (await Promise.all(members.map((member) => scrape(stack, member)))).flatMap((all) => [...all]),
    );
    assert.deepEqual(
      [...asked].filter((name) => !found.has(name)),
      [],
    );
  });

  it("tells values at which a healthy store rouses nobody", async () => {
    const [primary, replica] = await Promise.all(members.map((member) => scrape(stack, member)));
    const of = (metrics: typeof primary, ...wanted: string[]) => wanted.map((name) => metrics?.get(name));
    const statuses = ["redis_aof_last_write_status", "redis_aof_last_bgrewrite_status"];
    const counters = ["redis_evicted_keys_total", "redis_rejected_connections_total"];
    assert.deepEqual(of(primary, ...statuses, ...counters), [1, 1, 0, 0]);
    assert.deepEqual(of(replica, "redis_master_link_up"), [1]);
    const [used = 0, most = 0] = of(primary, "redis_memory_used_bytes", "redis_memory_max_bytes");
    assert.ok(used > 0 && used < 0.9 * most, `${used} of ${most} bytes`);
  });

  it("goes on when the passwords are rotated, without a restart", async () => {
    assert.ok(options !== undefined);
    const answer = (member: string, password: string) => accepts(stack, member, "metrics", password);
    const before = await password(stack);
    for (const member of members) assert.equal(await answer(member, before), "yes");
    stack = await deployStack({ ...options, overrides: { ...options.overrides, rotation: { password: [2] } } });
    const after = await password(stack);
    assert.notEqual(after, before);
    used.push(before, after);
    for (const member of members) {
      await eventually(`${member} to refuse the old password`, 90, async () => (await answer(member, before)) === "no");
      await eventually(`the exporter of ${member} to use the new password`, 90, () => isUp(stack, member));
    }
    const { items } = await stack.cluster.core.listNamespacedPod({ namespace: stack.outputs.namespace });
    const restarts = items.flatMap(({ status }) => status?.containerStatuses?.map((one) => one.restartCount) ?? []);
    assert.deepEqual(new Set(restarts), new Set([0]));
  });

  it("shows its password to nobody", async () => {
    assert.equal(used.length, 2);
    const visible = await everythingVisible(stack);
    assert.match(visible, /"name":"exporter"/);
    for (const password of used) assert.ok(!visible.includes(password), "it can be read outside its Secret");
  });
});

/** The password of the exporter's user, which has one where no rotation is under way. */
async function password({ cluster, outputs: { namespace } }: DeployedStack): Promise<string> {
  const { data = {} } = await cluster.core.readNamespacedSecret({ name: names.usersSecret, namespace });
  const found = Object.entries(data).flatMap(([key, value]) => (/^metrics-\d+$/.test(key) ? [value] : []));
  assert.equal(found.length, 1);
  return Buffer.from(found[0] ?? "", "base64").toString();
}
