import assert from "node:assert/strict";
import got from "got";
import { Cookie } from "tough-cookie";
import type { Environment } from "../../cli/environment.ts";
import type { CookieOption, Dialect } from "../../components/affinity/dialect.ts";
import { dialects } from "../../components/affinity/dialects.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import { openEnvironment } from "./environment.ts";
import { install, remove } from "./ingress/definitions.ts";
import { backendDefinition } from "./ingress/standIns.ts";
import { ways } from "./ingress/way.ts";
import { suite } from "./options.ts";
import { ownStack, unreachable, withoutVolumes } from "./ownStack.ts";
import { lookupAs, type Endpoint } from "./proof/browser.ts";

/** What a response says of the affinity's cookie. */
interface Attributes {
  name: string;
  path: string | null;
  domain: string | null;
  maxAge: number | null;
  secure: boolean;
  httpOnly: boolean;
  sameSite: string | null;
}

const usual: Attributes = {
  name: "session-stack-affinity",
  path: "/",
  domain: null,
  maxAge: null,
  secure: false,
  httpOnly: true,
  sameSite: "lax",
};

/** Options, and what they shall change. What no attribute shows (rebalance, canary, onFailure) is not among them. */
const samples: { given: Partial<Record<CookieOption, unknown>>; seen: Partial<Attributes> }[] = [
  { given: {}, seen: {} },
  { given: { name: "pin" }, seen: { name: "pin" } },
  { given: { path: "/api" }, seen: { path: "/api" } },
  { given: { domain: "cookies.localhost" }, seen: { domain: "cookies.localhost" } },
  { given: { maxAgeSeconds: 7200 }, seen: { maxAge: 7200 } },
  { given: { secure: true }, seen: { secure: true } },
  { given: { httpOnly: false }, seen: { httpOnly: false } },
  { given: { sameSite: "Strict" }, seen: { sameSite: "strict" } },
  { given: { sameSite: "None", secure: true }, seen: { sameSite: "none", secure: true } },
];

describe("the affinity's cookie, read from real responses", function () {
  let environment: Environment;
  let options: StackOptions;

  before("a stack of its own", async function () {
    if (suite.cluster !== undefined) this.skip(); // The proxies run in the local node's network.
    environment = await openEnvironment();
    options = await ownStack("cookies", environment, {
      ...unreachable,
      ...withoutVolumes(environment),
    });
    await install([backendDefinition]);
  });
  after("destroy it", async () => {
    if (options === undefined) return;
    await destroyStack(options);
    await remove([backendDefinition]);
  });

  for (const way of ways) {
    describe(`in the words of ${way.controller}, served by ${way.servedBy}${way.missing && ` (skipped: ${way.missing})`}`, () => {
      let endpoint: Endpoint | undefined;

      const deploy = (given: object): Promise<DeployedStack> => {
        // The cookie's path and domain have to cover them.
        const hosts = [{ host: "shop.cookies.localhost", paths: ["/api"] }];
        const { controller, className } = way;
        const ingress = { controller, className, hosts, awaitAddress: false };
        const overrides = { ...options.overrides, ingress, affinity: { kind: "cookie", ...given } };
        return deployStack({ ...options, overrides });
      };

      before(function () {
        if (way.missing !== "") this.skip();
      });
      after("stop the proxy", () => way.close());

      for (const { given, seen } of samples) {
        const title = Object.keys(given).length === 0 ? "left to its defaults" : JSON.stringify(given);
        if (!isPossible(way.controller, given)) continue; // The page says so, and unit tests that it is refused.
        it(title, async () => {
          const stack = await deploy(given);
          endpoint ??= await way.open(environment, stack);
          const wanted = { ...usual, ...seen };
          const { url, address } = endpoint;
          let last: Attributes | undefined;
          await eventually(`the cookie to be ${JSON.stringify(wanted)}`, 30, async () => {
            last = await affinityCookie(`${url}/api/pod`, address);
            assert.deepEqual(last, wanted);
            return true;
          });
        });
      }
    });
  }
});

function isPossible(controller: keyof typeof dialects, given: Partial<Record<CookieOption, unknown>>): boolean {
  const { cookie }: Dialect = dialects[controller];
  if ("impossible" in cookie) return false;
  const place = { name: "app", namespace: "session-stack-cookies", tls: false, gatewayApi: "1.6" } as const;
  return Object.entries(given).every(([option, value]) => cookie.options[option as CookieOption].accepts(value, place));
}

/** The first cookie of an answer to somebody who brings none. */
async function affinityCookie(url: string, address: string): Promise<Attributes> {
  const { headers } = await got(url, { dnsLookup: lookupAs(address), retry: { limit: 0 }, timeout: { request: 5000 } });
  const [line = "", ...others] = headers["set-cookie"] ?? [];
  assert.deepEqual(others, []);
  const cookie = Cookie.parse(line);
  assert.ok(cookie !== undefined, `no cookie in ${JSON.stringify(headers)}`);
  return {
    name: cookie.key,
    path: cookie.path,
    domain: cookie.domain,
    maxAge: cookie.maxAge === null ? null : Number(cookie.maxAge),
    secure: cookie.secure,
    httpOnly: cookie.httpOnly,
    sameSite: cookie.sameSite ?? null,
  };
}
