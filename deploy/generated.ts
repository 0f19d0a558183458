import { randomInt } from "node:crypto";
import { fillIn, generatedName, leadingGeneratedName } from "../render/placeholders.ts";

/** What a Secret holds, decoded, by key; under `generatedAnnotation` what that annotation says, where it has one. */
export type SecretValues = Record<string, string>;

/**
 * Annotation of a Secret that is applied here: which of its keys are which generated password, as JSON. The key alone
 * would not tell: `password` is one password before a rotation and another after it. A slash is in no key of a Secret,
 * so that the annotation can be kept among its values.
 */
export const generatedAnnotation = "session-stack/generated";

/**
 * The generated passwords of one stack by the name of their resource: those that its Secrets hold already, and new ones
 * for names that none of them knows.
 */
export class GeneratedPasswords {
  readonly #values = new Map<string, string>();

  /**
   * Learns what a Secret holds. One that a former release or somebody else made says nothing of its passwords: there a
   * value is the password that the rendered value begins with, as it is for a first signing key before others join it.
   */
  learn(rendered: SecretValues, { [generatedAnnotation]: names, ...held }: SecretValues): void {
    const told =
      names === undefined
        ? Object.entries(rendered).map(([key, value]) => [key, leadingGeneratedName(value)] as const)
        : Object.entries(JSON.parse(names) as Record<string, string>);
    for (const [key, name] of told) {
      const value = held[key];
      if (name !== undefined && value !== undefined && !this.#values.has(name)) this.#values.set(name, value);
    }
  }

  /** The values of a rendered Secret; equal placeholders get equal passwords, in all of the stack's Secrets. */
  fillIn(rendered: SecretValues): SecretValues {
    return fillIn(rendered, (name, length) => {
      const value = this.#values.get(name) ?? newPassword(length);
      this.#values.set(name, value);
      return value;
    });
  }
}

/** What `generatedAnnotation` says of a rendered Secret; undefined for one without a generated password of its own. */
export function generatedNames(rendered: SecretValues): string | undefined {
  const named = Object.entries(rendered).flatMap(([key, value]) => {
    const name = generatedName(value);
    return name === undefined ? [] : [[key, name] as const];
  });
  return named.length === 0 ? undefined : JSON.stringify(Object.fromEntries(named));
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function newPassword(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}
