import type { ContextOptions } from "../../cli/environment.ts";
import type { Measurements } from "./store/report.ts";

/** What the command line of the end-to-end suite asks for, and what it measured. */
export const suite: {
  /** Default: the suite brings its own node. */
  cluster?: ContextOptions;
  /** All cells of the kill matrix, not only those of its short form. */
  long: boolean;
  measurements: Measurements;
} = { long: false, measurements: { results: [], versions: new Set() } };
