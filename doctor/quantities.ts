import { parseBytes, parseCores } from "../config/quantity.ts";

/** A quantity of anything as a plain number: cores, bytes, pieces; undefined for one in a form that is rare here. */
export function measureOf(quantity: string): number | undefined {
  return parseCores(quantity) ?? parseBytes(quantity);
}
