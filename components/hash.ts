import { createHash } from "node:crypto";

/** Ten hexadecimal digits that change with the content: enough to name one of a stack's few ConfigMaps. */
export function contentHash(content: Record<string, string>): string {
  const canonical = JSON.stringify(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash("sha256").update(canonical).digest("hex").slice(0, 10);
}
