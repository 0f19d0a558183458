import assert from "node:assert/strict";
import type { Environment } from "../../cli/environment.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { openEnvironment } from "./environment.ts";
import { suite } from "./options.ts";
import { ownStack } from "./ownStack.ts";
import { Browser, type Endpoint, type Session } from "./proof/browser.ts";
import { askStore, deletePod, podGone, replacePod, settled, type Pods } from "./proof/pods.ts";

/** Seconds until a visitor is served again after a pod went. */
const deadline = 60;

/** A stack of this kind beside the main one, without storage, reached at a host of its own. */
function kindOf(kind: string, environment: Environment, overrides: Overrides): Promise<StackOptions> {
  return ownStack(kind, environment, {
    // No store of these has a volume, so the class need not be there.
    storage: { kind: "existing", className: "none" },
    "app.replicas": 2,
    "ingress.hosts": [{ host: `${kind}.localhost` }],
    ...overrides,
  });
}

/** A deployed stack of one kind, its pods, and a visitor who is logged in. */
interface Visited extends Pods {
  stack: DeployedStack;
  endpoint: Endpoint;
  visitor: Browser;
}

async function deployAndLogIn(environment: Environment, options: StackOptions): Promise<Visited> {
  const stack = await deployStack(options);
  const endpoint = await environment.endpoint(stack);
  const visitor = new Browser(endpoint);
  await eventually("the ingress controller to know the stack", deadline, () => visitor.pod());
  const { loggedIn, name } = await visitor.login("jill");
  assert.deepEqual([loggedIn, name], [true, "jill"]);
  return { stack, endpoint, visitor, cluster: stack.cluster, namespace: stack.outputs.namespace };
}

/** Deletes the pod that serves the visitor, and returns the first answer of another. */
async function losePod({ visitor, ...visited }: Visited): Promise<Session> {
  const { pod } = await visitor.session();
  await podGone(visited, pod, await deletePod(visited, pod));
  await settled(visited, visited.stack.outputs.app.name);
  const session = await eventually("an answer of another pod", deadline, () => visitor.session());
  assert.notEqual(session.pod, pod);
  return session;
}

describe("a stack with a memcached", () => {
  let options: StackOptions;
  let visited: Visited;

  before("on the cluster, with a visitor", async () => {
    const environment = await openEnvironment();
    options = await kindOf("memcached", environment, environment.memcached);
    visited = await deployAndLogIn(environment, options);
  });
  after("destroy it", () => destroyStack(options));

  it("keeps the session when a pod of the application goes", async () => {
    const { loggedIn, name } = await losePod(visited);
    assert.deepEqual([loggedIn, name], [true, "jill"]);
  });

  it("loses the session when the memcached restarts, and serves the next login", async () => {
    const { cluster, namespace, visitor, stack } = visited;
    assert.equal(stack.outputs.sessionStore?.durable, false);
    const labelSelector = "app.kubernetes.io/name=memcached";
    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector });
    const [name = ""] = items.map(({ metadata }) => metadata?.name ?? "");
    await podGone(visited, name, await deletePod(visited, name));
    const { loggedIn } = await eventually("the new memcached to answer", deadline, () => visitor.session());
    assert.equal(loggedIn, false);
    assert.equal((await visitor.login("jack")).loggedIn, true);
  });
});

describe("a stack with an external store", () => {
  let options: StackOptions | undefined;
  let main: DeployedStack;
  let visited: Visited;

  before("that is the main stack's, with a visitor", async function () {
    if (suite.cluster !== undefined) this.skip(); // Where policies are enforced, no other namespace reaches a stack's store.
    const environment = await openEnvironment();
    main = await deployStack(environment.options);
    options = await kindOf("external", environment, { store: { kind: "external", external: { secretName: "cache" } } });
    await copyUrl(main, "session-stack-external");
    visited = await deployAndLogIn(environment, options);
  });
  after("destroy it", () => options && destroyStack(options));

  it("has nothing of its own: the session is in the other store", async () => {
    const { cluster, namespace, endpoint } = visited;
    const pods = { cluster: main.cluster, namespace: main.outputs.namespace };
    const keys = async () => Number(await askStore(pods, "redis-0", "dbsize"));
    const before = await keys();
    const another = new Browser(endpoint);
    assert.equal((await another.login("joan")).loggedIn, true);
    assert.equal(await keys(), before + 1);
    assert.deepEqual((await cluster.apps.listNamespacedStatefulSet({ namespace })).items, []);
  });
});

/** Puts the URL of a stack's store into a Secret of another namespace, as the owner of an external store would. */
async function copyUrl({ cluster, outputs }: DeployedStack, namespace: string): Promise<void> {
  const name = outputs.sessionStore?.secretName ?? "";
  const { data } = await cluster.core.readNamespacedSecret({ name, namespace: outputs.namespace });
  await cluster.core.createNamespace({ body: { metadata: { name: namespace } } });
  const body = { metadata: { name: "cache" }, data: { url: data?.url ?? "" } };
  await cluster.core.createNamespacedSecret({ namespace, body });
}

describe("a stack without a store", () => {
  let options: StackOptions;
  let visited: Visited;

  before("on the cluster, with a visitor", async () => {
    const environment = await openEnvironment();
    options = await kindOf("none", environment, {
      store: { kind: "none" },
      "app.workload": "statefulset",
      "app.env": { SESSION_STORE: "memory:" },
    });
    visited = await deployAndLogIn(environment, options);
  });
  after("destroy it", () => destroyStack(options));

  it("leads the visitor back to the pod that has the session", async () => {
    const { visitor } = visited;
    const { pod } = await visitor.session();
    for (let visits = 2; visits <= 12; visits += 1) {
      const session = await visitor.session();
      assert.deepEqual([session.loggedIn, session.visits, session.pod], [true, visits, pod]);
    }
  });

  it("loses the session with that pod", async () => {
    const { visitor } = visited;
    const { pod } = await visitor.session();
    await replacePod(visited, pod);
    const { loggedIn } = await eventually("an answer", deadline, () => visitor.session());
    assert.equal(loggedIn, false);
  });
});
