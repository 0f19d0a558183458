import pWaitFor, { TimeoutError } from "p-wait-for";

type Look<T> = () => Promise<T | undefined | false>;

/**
 * Looks again and again until it finds something other than undefined or false. An error ends the wait.
 * @param what completes "gave up waiting for …"
 * @throws Error when `seconds` have passed.
 */
export async function until<T>(what: string, seconds: number, look: Look<T>): Promise<T> {
  const condition = async () => {
    const found = await look();
    // Inside of an object, for p-wait-for takes 0, null and "" for nothing.
    return found === undefined || found === false ? false : pWaitFor.resolveWith({ found });
  };
  try {
    return (await pWaitFor<{ found: T }>(condition, { interval: 100, timeout: seconds * 1000 })).found;
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new Error(`gave up waiting for ${what} after ${seconds} s`, { cause: error });
  }
}

/** Thrown by a look for which `eventually` must not wait any longer, which throws it on. */
export class Hopeless extends Error {}

/**
 * The same where an error means not yet: what is waited for is often absent or refusing at first. Only {@link Hopeless}
 * ends the wait.
 */
export async function eventually<T>(what: string, seconds: number, look: Look<T>): Promise<T> {
  let last: unknown;
  const patient = async () => {
    try {
      const found = await look();
      last = undefined;
      return found;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
      return undefined;
    }
  };
  try {
    return await until(what, seconds, patient);
  } catch (error) {
    if (error instanceof Hopeless || !(last instanceof Error)) throw error;
    throw new Error(`${(error as Error).message}: ${last.message}`, { cause: error });
  }
}
