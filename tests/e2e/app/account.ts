/** What a visitor knows of his session. */
export class Account {
  readonly #name: string;
  #visits = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** A session that just began. */
  begin(): void {
    this.#visits = 0;
  }

  /**
   * Compares an answer with those before: each visit that was answered must have been counted. One whose answer got lost
   * may have been, and so may one that a proxy sent twice.
   *
   * @returns what was lost; undefined when nothing was
   */
  judge({ loggedIn, name, visits }: Pick<SessionAnswer, "loggedIn" | "name" | "visits">): string | undefined {
    if (!loggedIn) return `logged out after ${this.#visits} visits`;
    if (name !== this.#name) return `logged in as ${name}`;
    const before = this.#visits;
    this.#visits = visits;
    return visits > before ? undefined : `visits went from ${before} to ${visits}`;
  }
}

/** The demo's answer about a session. */
export interface SessionAnswer {
  loggedIn: boolean;
  name: string | null;
  visits: number;
  pod: string;
}

/**
 * Reads the demo's answer.
 * @throws Error with its beginning when it is none
 */
export function readAnswer(text: string): SessionAnswer {
  try {
    const answer = JSON.parse(text) as Partial<SessionAnswer>;
    const { loggedIn, name, visits, pod } = answer;
    if (typeof loggedIn === "boolean" && name !== undefined && typeof visits === "number" && typeof pod === "string")
      return { loggedIn, name, visits, pod };
  } catch {
    // Told below, with the text in place of where it is wrong.
  }
  throw new Error(`200 with ${JSON.stringify(text.slice(0, 100))}`);
}
