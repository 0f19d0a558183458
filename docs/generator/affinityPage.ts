import { renderAffinity } from "../../components/affinity/affinity.ts";
import { cookieOptions, type Behaviour, type Dialect, type HashKeyKind } from "../../components/affinity/dialect.ts";
import { dialects, type DialectName } from "../../components/affinity/dialects.ts";
import type { Affinity, HashKey, Place, Rendering } from "../../components/affinity/types.ts";
import { list, page, table, yamlBlock } from "./markdown.ts";

/** The page of one dialect: docs/affinity/<name>.md. */
export function affinityPage(name: DialectName): string {
  const dialect: Dialect = dialects[name];
  return page(
    generated,
    `# ${dialect.title} (\`${name}\`)`,
    dialect.about,
    `**${statusTitle(dialect)}.** ${dialect.evidence}`,
    ...cookieParts(name, dialect),
    ...hashParts(name, dialect),
    ...reservedParts(dialect),
    ...tlsParts(name, dialect),
    ...(dialect.noDefaultBackend === undefined
      ? []
      : ["## Other hosts", `\`ingress.defaultBackend: true\` is refused: ${dialect.noDefaultBackend}.`]),
    "## What its owner has to have set up",
    requirements(name, dialect),
    "## Links",
    list(dialect.links.map(({ title, url }) => `[${title}](${url})`)),
  );
}

/** What says that a page is not to be edited. */
export const generated = "<!-- Written by `npm run docs` from components/affinity. Change it there. -->";

/** What a status means to people. */
export function statusTitle({ status }: Dialect): string {
  return { proved: "Proved", admitted: "Admitted by the API server alone", rendered: "Rendered, not exercised here" }[
    status
  ];
}

/** The application of the examples. */
const example: Place = { name: "app", namespace: "shop", tls: true, gatewayApi: "1.6" };
const cookieExample = { kind: "cookie", strict: true, maxAgeSeconds: 3600 } satisfies Affinity;

function cookieParts(name: DialectName, { cookie }: Dialect): string[] {
  if ("impossible" in cookie) return ["## Cookie", `Not possible: ${cookie.impossible}.`];
  const rendered = (place: Place) => documents(renderAffinity(cookieExample, name, place), place);
  return [
    "## Cookie",
    yamlBlock({
      comment: "Pulumi.<stack>.yaml, below config",
      content: {
        "session-stack:ingress": ingressExample(name),
        "session-stack:affinity": { kind: "cookie", maxAgeSeconds: cookieExample.maxAgeSeconds },
      },
    }),
    "For the application `app` in the namespace `shop` this adds:",
    yamlBlock(...rendered(example)),
    ...(name === "gateway-api"
      ? ['With `version: "1.7"`:', yamlBlock(...rendered({ ...example, gatewayApi: "1.7" }))]
      : []),
    "### Options",
    "What is asked for beside these values is refused, or with `strict: false` dropped with a warning. A default that cannot be had is a warning.",
    table(
      ["option", "values", "note"],
      cookieOptions.map((option) => [
        `\`${option}\``,
        cookie.options[option].values,
        cookie.options[option].note ?? "",
      ]),
    ),
    "### What happens to visitors",
    behaviour(cookie.behaviour),
  ];
}

const keys: Record<HashKeyKind, { key: HashKey; name: string }> = {
  cookie: { key: { cookie: "sid" }, name: "sid" },
  header: { key: { header: "X-User-Id" }, name: "X-User-Id" },
  sourceIP: { key: { sourceIP: true }, name: "" },
};

function hashParts(controller: DialectName, { hash }: Dialect): string[] {
  const kinds = Object.keys(keys) as HashKeyKind[];
  const rows = kinds.map((kind) => {
    const support = hash[kind];
    const shown = `\`${JSON.stringify(keys[kind].key)}\``;
    if ("impossible" in support) return [shown, "no", support.impossible];
    const { values, note = "" } = support.names ?? { values: "any name" };
    return [shown, "yes", kind === "sourceIP" ? "" : [`${values}`, note].filter((text) => text !== "").join(": ")];
  });
  const possible = kinds.filter((kind) => !("impossible" in hash[kind]));
  const first = possible[0];
  if (first === undefined) return ["## Hash", table(["`affinity.key`", "possible", "note"], rows)];
  const support = hash[first];
  const affinity: Affinity = { kind: "hash", strict: true, key: keys[first].key };
  return [
    "## Hash",
    table(["`affinity.key`", "possible", "note"], rows),
    `With \`{kind: hash, key: ${JSON.stringify(keys[first].key)}}\`:`,
    yamlBlock(...documents(renderAffinity(affinity, controller, example), example)),
    "impossible" in support ? "" : behaviour(support.behaviour),
  ];
}

function reservedParts({ reserved = [] }: Dialect): string[] {
  if (reserved.length === 0) return [];
  return [
    "## Your own annotations",
    "While `affinity.kind` is `cookie` or `hash` these are refused in `ingress.annotations` and `service.annotations`, for they would change or undo it. With `none` they are yours.",
    table(
      ["annotation", "instead"],
      reserved.map(({ pattern, option }) => [
        `\`${pattern}\``,
        option === undefined ? "`affinity.kind: none`" : `\`affinity.${option}\``,
      ]),
    ),
  ];
}

function tlsParts(name: DialectName, { tls }: Dialect): string[] {
  const added = {
    ...renderAffinity({ kind: "none" }, name, example),
    ...tls.render(tls.noRedirect === undefined, example),
  };
  const shown = documents(added, example);
  return [
    "## HTTPS",
    tls.noRedirect === undefined ? "" : `No redirect from HTTP: ${tls.noRedirect}.`,
    tls.note ?? "",
    ...(shown.length === 0
      ? []
      : ["An Ingress with `tls` and `redirect` has beside its `tls` entry:", yamlBlock(...shown)]),
  ];
}

function requirements(name: DialectName, { tls }: Dialect): string {
  const all = [
    ...renderAffinity(cookieExample, name, example).requirements,
    ...(tls.render(true, example).requirements ?? []),
    ...(tls.render(true, { ...example, tlsElsewhere: true }).requirements ?? []).map(
      (sentence) => `With \`tls: {elsewhere: true}\`: ${sentence}`,
    ),
  ];
  const plain = all.filter((sentence) => !all.some((other) => other !== sentence && sentence.endsWith(other)));
  return plain.length === 0 ? "Nothing but the controller." : list(plain);
}

function behaviour({ strength, podLoss, rollout, scaleUp, scaleDown }: Behaviour): string {
  return page(
    strength === "strong"
      ? "Strong: the cookie names the pod."
      : "Weak: the pod follows from a hash, and moves when the set of pods changes.",
    table(
      ["event", "visitors"],
      [
        ["a pod is lost", podLoss],
        ["rollout", rollout],
        ["scale-up", scaleUp],
        ["scale-down", scaleDown],
      ],
    ),
  ).trimEnd();
}

/** The key `ingress` of the examples. */
function ingressExample(controller: DialectName): Record<string, unknown> {
  const hosts = [{ host: "shop.example.com" }];
  const elsewhere = { elsewhere: true };
  if (controller === "gateway-api")
    return { controller, gateway: { name: "web", version: "1.6" }, hosts, tls: elsewhere };
  return { controller, hosts, tls: controller === "alb" ? elsewhere : { secretName: "shop-tls" } };
}

/** What a rendering adds to each object, as YAML documents. */
function documents(rendering: Rendering, { namespace }: Place): { comment?: string; content: unknown }[] {
  const { ingressAnnotations, serviceAnnotations, serviceLabels, routeRule, objects } = rendering;
  const some = (fields: Record<string, unknown>) => Object.keys(fields).length > 0;
  return [
    ...(some(ingressAnnotations)
      ? [{ comment: "on the Ingress", content: { metadata: { annotations: ingressAnnotations } } }]
      : []),
    ...(some(serviceAnnotations)
      ? [{ comment: "on the Service", content: { metadata: { annotations: serviceAnnotations } } }]
      : []),
    ...(some(serviceLabels) ? [{ comment: "on the Service", content: { metadata: { labels: serviceLabels } } }] : []),
    ...(some(routeRule) ? [{ comment: "in each rule of the HTTPRoute", content: routeRule }] : []),
    ...objects.map(({ apiVersion, kind, name, spec }) => ({
      content: { apiVersion, kind, metadata: { name, namespace }, spec },
    })),
  ];
}
