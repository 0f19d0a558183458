/** How it stands with one thing that a stack needs. Unknown: this account may not see it, or nobody can. */
export type Status = "ok" | "warn" | "fail" | "unknown";

/** What a check found. */
export interface Found {
  status: Status;
  /** What there is: a clause. Never shows a value of a Secret. */
  found: string;
  /** What to do about it; undefined for what is well. */
  remedy?: string;
}

/** A row of the table: what was found, and by which check. */
export interface Finding extends Found {
  check: string;
}

export const ok = (found: string): Found => ({ status: "ok", found });

/** It works less well than it should, or fails where something else is not as it looks from here. */
export const warn = (found: string, remedy: string): Found => ({ status: "warn", found, remedy });

/** `up` will fail, or what the stack is for will not work. */
export const fail = (found: string, remedy: string): Found => ({ status: "fail", found, remedy });

export const unknown = (found: string, remedy: string): Found => ({ status: "unknown", found, remedy });

/** The first few of what may be many. */
export function few(names: (string | undefined)[]): string {
  const first = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${first} and ${names.length - 5} more` : first;
}
