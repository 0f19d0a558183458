import got from "got";
import { lookupAs, type Endpoint } from "../proof/browser.ts";

/** What the demo says of its configuration. */
export interface Shown {
  /** Name of the pod that answered. */
  pod: string;
  env: Record<string, string>;
  args: string[];
  file: string | null;
}

/** Asks the demo, by way of the ingress, which configuration reached it. */
export function shownBy({ url, address }: Endpoint): Promise<Shown> {
  const options = { dnsLookup: lookupAs(address), retry: { limit: 0 }, https: { rejectUnauthorized: false } };
  return got(`${url}/api/config`, options).json<Shown>();
}
