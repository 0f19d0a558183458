// Where the engine begins. It gives Node no arguments for a policy pack (`nodeargs` of PulumiPolicy.yaml comes after the
// script), and compiles TypeScript itself as modules of CommonJS: tsx is asked for from here.
import { register } from "tsx/esm/api";

register();
export default import("./index.ts");
