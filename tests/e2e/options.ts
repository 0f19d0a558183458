import type { ContextOptions } from "../../cli/environment.ts";

/** What the command line of the end-to-end suite asks for; without a cluster the suite brings its own node. */
export const suite: { cluster?: ContextOptions } = {};
