import assert from "node:assert/strict";
import { eventually } from "../../../deploy/eventually.ts";
import { Browser, type Endpoint, type Session } from "../proof/browser.ts";

/** Many visitors, each logged in and with cookies of its own. */
export class Visitors {
  readonly #browsers: Map<string, Browser>;

  private constructor(browsers: Map<string, Browser>) {
    this.#browsers = browsers;
  }

  static async logIn(endpoint: Endpoint, count: number): Promise<Visitors> {
    const browsers = new Map<string, Browser>();
    for (let number = 1; number <= count; number += 1) {
      const name = `visitor-${number}`;
      const browser = new Browser(endpoint);
      await eventually(`${name} to be let in`, 60, () => browser.login(name));
      browsers.set(name, browser);
    }
    return new Visitors(browsers);
  }

  /**
   * The pod that each visitor meets, twice in a row.
   * @throws AssertionError when one has lost the session, or meets another pod at once.
   */
  async pods(): Promise<Map<string, string>> {
    const met = new Map<string, string>();
    for (const [name, browser] of this.#browsers) {
      const first = await eventually(`an answer to ${name}`, 30, () => browser.session());
      assert.deepEqual([first.loggedIn, first.name], [true, name], `${name} lost the session`);
      assert.equal((await browser.session()).pod, first.pod, `${name} is not led to the same pod again`);
      met.set(name, first.pod);
    }
    return met;
  }

  /** What these visitors are answered, asked once each; default: all. A lost session is an answer, too. */
  async sessions(names = [...this.#browsers.keys()]): Promise<Map<string, Session>> {
    const answers = new Map<string, Session>();
    for (const name of names) {
      const browser = this.#browsers.get(name);
      assert.ok(browser !== undefined, name);
      answers.set(name, await eventually(`an answer to ${name}`, 30, () => browser.session()));
    }
    return answers;
  }
}

/** Waits until the controller leads newcomers to so many pods: it hears of pods a moment after they are ready. */
export async function podsAreKnown(endpoint: Endpoint, count: number): Promise<void> {
  const met = new Set<string>();
  await eventually(`newcomers to meet ${count} pods`, 60, async () => {
    met.add(await new Browser(endpoint).pod());
    return met.size === count;
  });
}

/** Who meets another pod than before. */
export function moved(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...before.keys()].filter((name) => before.get(name) !== after.get(name)).sort();
}

/** Who was on one of the pods. */
export function visitorsOf(places: Map<string, string>, isPod: (pod: string) => boolean): string[] {
  return [...places]
    .filter(([, pod]) => isPod(pod))
    .map(([name]) => name)
    .sort();
}
