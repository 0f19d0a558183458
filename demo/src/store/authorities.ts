import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { reasonOf } from "../log.ts";
import type { Log } from "../log.ts";

/**
 * Reads a PEM file of certificates.
 * @throws Error that says what is wrong with the file, in one line
 */
export function readAuthorities(path: string): string {
  const pem = readFileSync(path, "utf8");
  try {
    new X509Certificate(pem);
  } catch {
    throw new Error(`${path} holds no certificate in PEM format`);
  }
  return pem;
}

/** The certificate authorities of a file that may be replaced at any time. */
export class Authorities {
  /** For the `ca` of a TLS connection. Always the same array, since node-redis copies its options once, but not deeply. */
  readonly list: string[];
  readonly #path: string;
  readonly #log: Log;
  #complained = false;

  /** @throws Error when the file can't be used */
  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    this.list = [readAuthorities(path)];
  }

  /** Reads the file again, before a connection. What was read last stays when that fails, which is logged once. */
  refresh(): void {
    try {
      this.list[0] = readAuthorities(this.#path);
      this.#complained = false;
    } catch (error) {
      if (!this.#complained) this.#log("store.ca", { reason: reasonOf(error) });
      this.#complained = true;
    }
  }
}
