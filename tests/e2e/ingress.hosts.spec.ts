import assert from "node:assert/strict";
import got from "got";
import type { Environment } from "../../cli/environment.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import { openEnvironment } from "./environment.ts";
import { suite } from "./options.ts";
import { ownStack, withoutVolumes } from "./ownStack.ts";
import { lookupAs, type Endpoint } from "./proof/browser.ts";

/** Another application in the stack's namespace, which says its name whatever it is asked. */
const other = "other";
const program = `require("http").createServer((_, answer) => answer.end(JSON.stringify({ pod: "${other}" }))).listen(8080)`;

describe("hosts and paths", function () {
  this.timeout(300_000);

  for (const [controller, className] of [
    ["traefik", "traefik"],
    ["ingress-nginx", "nginx"],
  ] as const) {
    describe(`in the words of ${controller}, served by Traefik`, () => {
      let environment: Environment;
      let options: StackOptions;
      let endpoint: Endpoint;

      before("a stack of its own, and another application beside it", async function () {
        if (suite.cluster !== undefined) this.skip(); // Another cluster's controller may not see both classes.
        environment = await openEnvironment();
        options = await ownStack("hosts", environment, {
          ...withoutVolumes(environment),
          "app.replicas": 1,
          affinity: { kind: "none" },
        });
        const stack = await deploy(false);
        await createOther(stack);
        endpoint = await environment.endpoint(stack);
      });
      after("destroy it", async () => {
        if (options !== undefined) await destroyStack(options);
      });

      const deploy = (defaultBackend: boolean): Promise<DeployedStack> => {
        const paths = ["/", { path: "/api/pod", pathType: "Exact", service: { name: other, port: 80 } }];
        const hosts = [
          { host: "one.hosts.localhost" },
          { host: "two.hosts.localhost", paths },
          { host: "*.wild.hosts.localhost" },
        ];
        const ingress = { controller, className, hosts, defaultBackend };
        return deployStack({ ...options, overrides: { ...options.overrides, ingress } });
      };
      /** Who answers: `app`, `other`, or the status of a refusal. */
      const whoAnswers = async (host: string, path: string): Promise<string> => {
        const { port } = new URL(endpoint.url);
        const { body, statusCode } = await got(`http://${host}:${port}${path}`, {
          dnsLookup: lookupAs(endpoint.address),
          retry: { limit: 0 },
          throwHttpErrors: false,
        });
        if (statusCode !== 200) return String(statusCode);
        return body.includes(`"${other}"`) ? other : "app";
      };
      const answers = (wanted: [host: string, path: string, who: string][]) =>
        eventually("the routes to be those", 60, async () => {
          const met = await Promise.all(
            wanted.map(async ([host, path]) => [host, path, await whoAnswers(host, path)] as const),
          );
          assert.deepEqual(met, wanted);
          return true;
        });

      it("lead to the application, to another Service by its path, and nowhere else", () =>
        answers([
          ["one.hosts.localhost", "/api/pod", "app"],
          ["two.hosts.localhost", "/api/pod", other],
          ["two.hosts.localhost", "/healthz", "app"],
          ["any.wild.hosts.localhost", "/api/pod", "app"],
          ["three.hosts.localhost", "/api/pod", "404"],
        ]));

      it("lead to the application for every other host, too, where it is the default", async () => {
        await deploy(true);
        await answers([
          ["two.hosts.localhost", "/api/pod", other],
          ["three.hosts.localhost", "/api/pod", "app"],
        ]);
      });
    });
  }
});

/** As Pod Security *restricted* wants a container. */
const confined = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

async function createOther({ cluster, outputs: { namespace, app } }: DeployedStack): Promise<void> {
  const labels = { "example.com/name": other };
  const { items } = await cluster.core.listNamespacedPod({
    namespace,
    labelSelector: `app.kubernetes.io/name=${app.name}`,
  });
  const image = items[0]?.spec?.containers[0]?.image ?? "";
  const container = { name: other, image, command: ["node", "-e", program], securityContext: confined };
  const spec = {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container],
    terminationGracePeriodSeconds: 0,
  };
  await cluster.core.createNamespacedPod({ namespace, body: { metadata: { name: other, labels }, spec } });
  const ports = [{ port: 80, targetPort: 8080 }];
  await cluster.core.createNamespacedService({
    namespace,
    body: { metadata: { name: other }, spec: { selector: labels, ports } },
  });
}
