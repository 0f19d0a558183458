import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTls, type PeerCertificate } from "node:tls";
import got from "got";
import type { Environment } from "../../cli/environment.ts";
import { authority, issue } from "../../demo/tests/certificate.ts";
import { connect } from "../../deploy/cluster.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import { openEnvironment } from "./environment.ts";
import { suite } from "./options.ts";
import { ownStack, withoutVolumes } from "./ownStack.ts";
import { lookupAs } from "./proof/browser.ts";

/** Hosts whose certificate the stack makes, and one whose certificate is the user's. */
const ownHosts = ["one.tls.localhost", "two.tls.localhost"];
const givenHost = "given.tls.localhost";

describe("HTTPS", function () {
  this.timeout(300_000);

  for (const [controller, className, redirectStatus] of [
    ["traefik", "traefik", 301],
    ["ingress-nginx", "nginx", 308],
  ] as const) {
    describe(`in the words of ${controller}, served by Traefik`, () => {
      let environment: Environment;
      let options: StackOptions[] = [];
      let own: DeployedStack;
      let ports: { port: number; tlsPort: number };
      let ownAuthority: string;
      const ca = authority("given.tls");

      const optionsOf = async (name: string, hosts: string[], tls: object) =>
        ownStack(name, environment, {
          ...withoutVolumes(environment),
          "app.replicas": 1,
          ingress: { controller, className, hosts: hosts.map((host) => ({ host })), tls },
          affinity: { kind: "cookie" },
        });

      before("two stacks of their own, each with a certificate", async function () {
        if (suite.cluster !== undefined) this.skip(); // Where another cluster serves HTTPS is not known here.
        environment = await openEnvironment();
        const { connect: local } = await import("../../local/node.ts");
        ports = local()?.ingress ?? assert.fail("no local node");
        options = [
          await optionsOf("tls-own", ownHosts, { selfSigned: true }),
          await optionsOf("tls-given", [givenHost], { secretName: "given" }),
        ];
        const [first, second] = options;
        assert.ok(first !== undefined && second !== undefined);
        own = await deployStack(first);
        ownAuthority = await certificateOf(own, ownHosts[0] ?? "");
        const { certificate, key } = issue(ca, [givenHost]);
        const cluster = connect(second.target);
        const namespace = "session-stack-tls-given";
        await cluster.core.createNamespace({ body: { metadata: { name: namespace } } });
        const stringData = { "tls.crt": certificate, "tls.key": key };
        const body = { metadata: { name: "given" }, type: "kubernetes.io/tls", stringData };
        await cluster.core.createNamespacedSecret({ namespace, body });
        await deployStack(second);
      });
      after("destroy them", async () => {
        for (const one of options) await destroyStack(one);
      });

      /** The certificate shown for a server name, checked by an authority. */
      const shown = async (servername: string, trusted: string): Promise<PeerCertificate> => {
        const socket = connectTls({ host: "127.0.0.1", port: ports.tlsPort, servername, ca: trusted });
        try {
          await once(socket, "secureConnect", { signal: AbortSignal.timeout(5000) });
          return socket.getPeerCertificate();
        } finally {
          socket.destroy();
        }
      };

      it("shows each host's own certificate, by the name that the client asks for", async () => {
        for (const host of ownHosts) {
          const { subjectaltname } = await eventually(`the certificate of ${host}`, 30, () =>
            shown(host, ownAuthority),
          );
          assert.equal(subjectaltname, ownHosts.map((name) => `DNS:${name}`).join(", "));
        }
        const { subjectaltname } = await eventually(`the certificate of ${givenHost}`, 30, () =>
          shown(givenHost, ca.certificate),
        );
        assert.equal(subjectaltname, `DNS:${givenHost}`);
        await assert.rejects(shown(givenHost, ownAuthority));
        await assert.rejects(shown("three.tls.localhost", ownAuthority));
      });

      it("answers there, with cookies that go over HTTPS alone", async () => {
        const [host = ""] = ownHosts;
        const { body, headers } = await got(`https://${host}:${ports.tlsPort}/api/pod`, {
          dnsLookup: lookupAs("127.0.0.1"),
          https: { certificateAuthority: ownAuthority },
        });
        assert.match(body, /"pod":"app-/);
        assert.match(headers["set-cookie"]?.[0] ?? "", /^session-stack-affinity=[^;]+;.*; Secure/);
        assert.equal(own.outputs.url, `https://${host}/`);
      });

      it("is where HTTP leads", async () => {
        const [host = ""] = ownHosts;
        const { statusCode, headers } = await got(`http://${host}:${ports.port}/api/pod?a=b`, {
          dnsLookup: lookupAs("127.0.0.1"),
          followRedirect: false,
        });
        assert.deepEqual([statusCode, headers.location], [redirectStatus, `https://${host}/api/pod?a=b`]);
      });
    });
  }
});

/** The certificate that the stack made for its hosts. */
async function certificateOf({ cluster, outputs: { namespace } }: DeployedStack, host: string): Promise<string> {
  const { spec } = await cluster.networking.readNamespacedIngress({ name: "app", namespace });
  const name = spec?.tls?.find(({ hosts }) => hosts?.includes(host))?.secretName ?? "";
  const { data } = await cluster.core.readNamespacedSecret({ name, namespace });
  return Buffer.from(data?.["tls.crt"] ?? "", "base64").toString();
}
