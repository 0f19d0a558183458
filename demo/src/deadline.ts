import { reasonOf } from "./log.ts";

/** The store could not do what a request needs: answered with 503, never with a new or cleared cookie. */
export class StoreError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
  }
}

/** No answer in time: the connection itself is suspect. */
export class StoreTimeoutError extends StoreError {
  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
    this.name = "StoreTimeoutError";
  }
}

/**
 * Bounds a store command. The client's own `timeout` covers only the wait to be sent, not the wait for the reply
 * (node-redis 5, commands-queue: the listener is removed once the command is written).
 * @throws StoreTimeoutError after `milliseconds`; StoreError for any other failure, with the cause
 */
export async function withDeadline<T>(command: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreTimeoutError(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([command, deadline]);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(reasonOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
