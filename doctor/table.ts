import type { Finding, Status } from "./finding.ts";

const headers: Finding = { status: "ok", check: "CHECK", found: "FOUND" };

/** Rows as text: status, check and what was found, and below that what to do. */
export function table(findings: Finding[]): string {
  const rows = findings.map(({ status, check, found, remedy }) => [status, check, found, remedy] as const);
  const all = [["STATUS", headers.check, headers.found, undefined] as const, ...rows];
  const widths = [0, 1].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const indent = " ".repeat((widths[0] ?? 0) + (widths[1] ?? 0) + 4);
  return all
    .flatMap(([status, check, found, remedy]) => [
      `${status.padEnd(widths[0] ?? 0)}  ${check.padEnd(widths[1] ?? 0)}  ${found}`,
      ...(remedy === undefined ? [] : [`${indent}→ ${remedy}`]),
    ])
    .join("\n");
}

const order: Status[] = ["ok", "warn", "fail", "unknown"];

/** `12 ok, 1 fail`: how many rows there are of each status. */
export function summary(findings: Finding[]): string {
  return order
    .map((status) => [status, findings.filter((finding) => finding.status === status).length] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(", ");
}
