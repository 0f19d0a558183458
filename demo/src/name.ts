/** Input that the user can mend: answered with 400 and this message. */
export class InputError extends Error {
  readonly status = 400;

  constructor(message: string) {
    super(message);
    this.name = "InputError";
  }
}

const MAX_LENGTH = 64;

/**
 * The `name` of a parsed form or JSON body, trimmed: 1 to 64 characters (code points), none of them a control
 * character, a line separator or half of a surrogate pair.
 * @throws InputError
 */
export function nameOf(body: unknown): string {
  if (typeof body !== "object" || body === null || !("name" in body)) {
    throw new InputError(`name: is missing; give 1 to ${MAX_LENGTH} characters`);
  }
  if (typeof body.name !== "string") {
    throw new InputError(`name: is not a text; give 1 to ${MAX_LENGTH} characters`);
  }
  const name = body.name.trim();
  const length = [...name].length;
  if (length === 0) {
    throw new InputError(`name: is empty; give 1 to ${MAX_LENGTH} characters`);
  }
  if (length > MAX_LENGTH) {
    throw new InputError(`name: has ${length} characters; give at most ${MAX_LENGTH}`);
  }
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) {
    throw new InputError("name: has a control character; leave it out");
  }
  return name;
}
