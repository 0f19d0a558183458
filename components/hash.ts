import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";

/** Ten hexadecimal digits that change with the content: enough to name one of a stack's few ConfigMaps. */
export function contentHash(content: Record<string, string>): string {
  return digest(createHash("sha256"), content);
}

/** The same for secrets: without the key nobody can try which content has this digest, however short it is. */
export function keyedHash(key: string, content: Record<string, string>): string {
  return digest(createHmac("sha256", key), content);
}

function digest(hash: Hash | Hmac, content: Record<string, string>): string {
  const canonical = JSON.stringify(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)));
  return hash.update(canonical).digest("hex").slice(0, 10);
}
