/** Kubernetes quantities as plain numbers, so that the program can compare and divide them. */

const binary = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const;
const decimal = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 } as const;
const units: Record<string, number> = { ...binary, ...decimal };

export const memoryPattern = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|k|M|G|T|)$/;
export const cpuPattern = /^(\d+(?:\.\d+)?)(m?)$/;

/**
 * The bytes of a memory or storage quantity such as `256Mi` or `1G`; undefined when it is not one.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseBytes(quantity: string): number | undefined {
  const [, number, unit] = memoryPattern.exec(quantity) ?? [];
  const factor = unit === undefined ? undefined : units[unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

/** The cores of a CPU quantity such as `50m` or `1.5`; undefined when it is not one. */
export function parseCores(quantity: string): number | undefined {
  const [, number, milli] = cpuPattern.exec(quantity) ?? [];
  return number === undefined ? undefined : Number(number) / (milli === "m" ? 1000 : 1);
}

/** Share of the store's memory limit that holds data; the rest is for buffers, copy-on-write and the allocator. */
export const maxmemoryShare = 0.6;

/** The bytes of data that a store with this memory limit may hold (`maxmemory`). */
export function maxmemoryBytes(memory: string): number {
  return Math.floor((parseBytes(memory) ?? 0) * maxmemoryShare);
}
