import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { schema, type Settings } from "../../config/schema.ts";
import { projectName, stackFilePath } from "../../render/stackFile.ts";
import { code, page, table } from "./markdown.ts";

/** The stacks of this repository, in the order in which a change goes through them. */
export const environments = ["local", "dev", "staging", "prod"] as const;

/** What differs between stacks, by path below the project, and why. */
export const differences: { key: string; why: string }[] = [
  {
    key: "kubeContext",
    why: "a cluster each; the local node has its own, which is why `local` alone may leave it out",
  },
  { key: "namespace.name", why: "the application's name where the cluster is its own; else `<project>-<stack>`" },
  { key: "storage.nfs.server", why: "an export each: no stack can reach the sessions of another" },
  { key: "storage.nfs.path", why: "what the server calls it" },
  { key: "storage.nfs.prefix", why: "part of every directory's name: keep it for the life of the sessions" },
  { key: "storage.nfs.provisionerImage", why: "the local node brings its images along" },
  { key: "store.image", why: "the same" },
  {
    key: "store.replicas",
    why: "copies of the sessions; replication has to be there in `staging`, or it is first tried in `prod`",
  },
  { key: "store.memory", why: "for the sessions of all visitors; of a few elsewhere" },
  { key: "store.size", why: "at least 1.8 times the memory" },
  { key: "store.tls", why: "what production needs is rehearsed; it cannot be turned on later without an interruption" },
  { key: "store.backup", why: "restoring is rehearsed, with few archives" },
  { key: "store.metrics", why: "alerts are tried where nobody is woken" },
  { key: "app.image", why: "a change comes to `dev` first, and to `prod` last" },
  { key: "app.replicas", why: "one pod would hide a lost session" },
  { key: "app.autoscale", why: "only `prod` has load to scale by" },
  { key: "app.session", why: "of the application: affinity is checked against it, and `rotate --finish` needs it" },
  {
    key: "app.drainSeconds",
    why: "load balancers of clouds are slow to hear that a pod leaves; the local node is not",
  },
  { key: "app.resources", why: "little where pods only have to fit; measured where visitors are" },
  { key: "ingress.hosts", why: "names of their own, so that no cookie reaches another stack" },
  {
    key: "ingress.tls",
    why: "required in `prod`; `staging` by the same issuer's trial, whose certificates no browser trusts",
  },
  { key: "affinity.name", why: "the demo shows it" },
  { key: "affinity.maxAgeSeconds", why: "`dev` forgets with the browser" },
];

/** What a stack's file says, by keys below the project. */
function given(stack: string): Record<string, unknown> {
  const { config } = parse(readFileSync(stackFilePath(stack), "utf8")) as { config: Record<string, unknown> };
  const prefix = `${projectName()}:`;
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(prefix, ""), value]));
}

/** The same with every default filled in. */
export function settingsOf(stack: string): Settings {
  return schema.parse(given(stack));
}

/** What the file says at a path as it is written there, else the default; undefined where there is nothing. */
function valueOf(stack: string, path: string): unknown {
  const at = (settings: object) =>
    path
      .split(".")
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], settings);
  const usual = at(settingsOf(stack));
  return at(given(stack)) ?? (isDeepStrictEqual(usual, {}) ? undefined : usual);
}

/** The stacks, and what makes them different: docs/environments.md. */
export function environmentsPage(): string {
  return page(
    "<!-- Written by `npm run docs` from the stacks' files and docs/generator/environmentsPage.ts. Change it there. -->",
    "# Environments",
    "One file a stack, `Pulumi.<stack>.yaml`, and one namespace a stack. `local` is what `npm start` deploys on this machine; the " +
      "others are examples to fill in. They are made of the same parts: what a stack does not have is not tried there. A test " +
      "holds each to its own rules, to the [policies](operations/policy.md) and to this table.",
    "## What differs, and why",
    table(
      ["key", ...environments, "why"],
      differences.map(({ key, why }) => [
        `\`${key}\``,
        ...environments.map((stack) => shown(valueOf(stack, key))),
        why,
      ]),
    ),
    "What is not in the table is the same in all of them, and most of it is the default ([every key](config.md)).",
    "## What the name alone decides",
    table(
      ["stack", "what holds for it"],
      [
        ["every one but `local`", "`kubeContext` is required: nothing is applied to whatever context is current"],
        [
          "`prod`",
          "refused: images without a tag or with `latest`, containers without requests of CPU and memory, an Ingress without `tls`",
        ],
        [
          "`prod`",
          "warned of: a store without TLS, `everysec`, a single pod, `podSecurity: baseline`, a certificate that signs itself",
        ],
        [
          "`prod`",
          "the StatefulSet of the store is protected: `pulumi destroy` refuses, until `pulumi state unprotect`",
        ],
        [
          "`prod`",
          "the policies `tls` and `load-balancer-sources` hold; [more names](operations/policy.md#exceptions) are told them by `stacks`",
        ],
      ],
    ),
    "It is the name `prod` and no other: a stack `prod-eu` is held to none of this by the program, and to the policies where " +
      "they are told its name.",
    "An Ingress has TLS by `{secretName}` or `{issuer}`; where a Gateway or a load balancer in front ends it, `{elsewhere: true}` " +
      "says so. A Service of type LoadBalancer or NodePort is not looked at: what ends TLS there is an annotation of the cloud's, or " +
      "the application. **A store without TLS is a warning, not refused**: many clusters encrypt between nodes already, a " +
      "NetworkPolicy lets nobody but clients in, and a store that runs [cannot be changed](operations/tls.md) without an interruption.",
    "## A stack of your own",
    "```sh\npulumi stack init live\ncp Pulumi.staging.yaml Pulumi.live.yaml\nnpm run policy -- live # refuses what the program and the policies refuse; needs no cluster\npulumi preview --stack live\n```",
  );
}

function shown(value: unknown): string {
  return value === undefined || value === null ? "–" : code(value);
}
