import type { Dialect, HashKeyKind } from "../../components/affinity/dialect.ts";
import { dialects } from "../../components/affinity/dialects.ts";
import { defaultCookieName } from "../../components/affinity/types.ts";
import { generated, statusTitle } from "./affinityPage.ts";
import { list, page, table } from "./markdown.ts";
import { otherControllers } from "./otherControllers.ts";

/** The overview of all dialects: docs/affinity/README.md. */
export function affinityOverview(): string {
  return page(
    generated,
    "# Affinity",
    "Affinity leads a visitor back to the pod that answered before. It saves work: warm caches, and long polling of one pod. " +
      "Sessions are in the store, so a visitor who is led to another pod loses nothing; with `store.kind: none` alone they are " +
      "in the pod, and go with it.",
    table(
      ["`affinity.kind`", "what leads a visitor back", "where"],
      [
        ["`none`", "nothing", ""],
        [
          "`cookie`",
          `a cookie of the ingress controller, by default \`${defaultCookieName}\``,
          "behind an Ingress or Gateway",
        ],
        ["`hash`", "a hash of a cookie, a header or the client's address", "behind an Ingress"],
        ["`clientIP`", "the client's address, remembered by each node", "without an Ingress"],
      ],
    ),
    "Strong affinity names a pod. Weak affinity follows from a hash, and moves visitors when the set of pods changes.",
    "## Dialects",
    "`ingress.controller` says whose annotations, fields and objects are written. What a dialect cannot do is refused with " +
      "the reason and the dialects that can; with `strict: false` it is left out with a warning.",
    table(
      ["`ingress.controller`", "product", "status", "cookie", "hash", "redirect to HTTPS"],
      Object.entries(dialects).map(([name, dialect]) => overviewRow(name, dialect)),
    ),
    "How they were proved:",
    list(
      Object.entries(dialects as Record<string, Dialect>)
        .filter(([, { status }]) => status !== "rendered")
        .map(([name, { evidence }]) => `\`${name}\`: ${evidence}`),
    ),
    "## Without an Ingress: `clientIP`",
    list([
      "The Service remembers the client's address for `timeoutSeconds` (1 to 86400, default 10800) after its last new connection.",
      "Each node remembers for itself. A load balancer that spreads a client's connections over nodes defeats it; " +
        "`externalTrafficPolicy: Local` keeps the client's address, and leads it to pods of that node alone.",
      "It ends when the pod is not ready any more.",
      "Everybody behind one address, such as an office or a proxy, meets one pod.",
      "Behind an Ingress it does nothing, for controllers connect to the pods themselves.",
    ]),
    "## Other controllers",
    "What this stack writes nothing for. Its annotations are passed on as they are; other objects are yours to make.",
    table(
      ["controller", "what to write", "what it gives"],
      otherControllers.map(({ name, how, gives }) => [name, how, gives]),
    ),
  );
}

function overviewRow(name: string, dialect: Dialect): string[] {
  const { cookie, hash, tls } = dialect;
  const keys = (Object.keys(hash) as HashKeyKind[]).filter((kind) => !("impossible" in hash[kind]));
  return [
    `[${name}](${name}.md)`,
    dialect.title,
    statusTitle(dialect).replace(/^./, (letter) => letter.toLowerCase()),
    "impossible" in cookie ? "no" : cookie.behaviour.strength,
    keys.length === 0 ? "no" : keys.join(", "),
    tls.noRedirect === undefined ? "yes" : "no",
  ];
}
