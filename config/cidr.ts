import { isIP } from "node:net";

/**
 * Whether a text is a range of addresses as the API server takes it: no bits set beyond the prefix, and no IPv4 address
 * written as one of IPv6. @see IsValidCIDR in staging/src/k8s.io/apimachinery/pkg/util/validation of Kubernetes
 */
export function isRange(value: string): boolean {
  const [, address = "", prefix = ""] = /^([0-9a-fA-F.:]+)\/(0|[1-9]\d{0,2})$/.exec(value) ?? [];
  const version = isIP(address);
  if (version === 0 || (version === 6 && address.includes("."))) return false;
  const free = (version === 4 ? 32 : 128) - Number(prefix);
  return free >= 0 && numberOf(address) % 2n ** BigInt(free) === 0n;
}

function numberOf(address: string): bigint {
  if (!address.includes(":")) return address.split(".").reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  const [first = [], last = []] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = new Array<string>(8 - first.length - last.length).fill("0");
  return [...first, ...zeros, ...last].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}
