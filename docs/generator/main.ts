import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { docs, pages } from "./pages.ts";

/** `npm run docs`: writes the pages that come from the code. */
for (const [path, text] of await pages()) {
  const file = fileURLToPath(new URL(path, docs));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  console.log(`docs/${path}`);
}
