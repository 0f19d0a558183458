import { statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { Ingress } from "../../demo/tests/ingress.ts";
import { visitPage } from "../../tests/e2e/ingress/page.ts";
import type { Site } from "../../tests/e2e/ingress/page.ts";
import { drawDataFlow } from "./dataFlow.ts";

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const PAGE = fileOf("demo.png");
const MAX_BYTES = 100_000;

/** Pods as Kubernetes would name them, of no cluster in particular. */
const PODS = ["app-6d8f9c7b54-2kx7p", "app-6d8f9c7b54-9wq4z", "app-6d8f9c7b54-vn8ht"];

const program = new Command("images").description("makes the pictures of the documentation anew");
program
  .command("data-flow")
  .description("data-flow.svg from data-flow.dot, by Graphviz")
  .action(() => writeFileSync(fileOf("data-flow.svg"), drawDataFlow()));
program
  .command("demo")
  .description("demo.png: the demo's page after its twenty requests, by Chromium")
  .option("--url <url>", "the demo's; default: three pods and a proxy in this process", urlOf)
  .option("--address <address>", "where its host is in truth; default: as the URL says")
  .action(takePage);
await program.parseAsync();

async function takePage({ url, address }: { url?: URL; address?: string }, command: Command): Promise<void> {
  if (url === undefined && address !== undefined)
    command.error("error: --address is where the host of --url is; give both");
  if (url === undefined) await onOwnPods((site) => visitPage(site, PAGE));
  else await visitPage(siteOf(url, address), PAGE);
  const { size } = statSync(PAGE);
  if (size > MAX_BYTES) throw new Error(`${PAGE} has ${size} bytes; a README's picture has at most ${MAX_BYTES}`);
}

async function onOwnPods(visit: (site: Site) => Promise<unknown>): Promise<void> {
  const ingress = new Ingress();
  const port = await ingress.start();
  try {
    await ingress.serve(PODS, false);
    await visit({ url: "http://shop.example.com/", address: "127.0.0.1", port });
  } finally {
    await ingress.stop();
  }
}

function siteOf(url: URL, address = url.hostname): Site {
  const usual = url.protocol === "https:" ? 443 : 80;
  return { url: url.href, address, port: url.port === "" ? usual : Number(url.port) };
}

function urlOf(text: string): URL {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new InvalidArgumentError("give http://… or https://…");
  return new URL(text);
}
