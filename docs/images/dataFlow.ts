import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const SOURCE = new URL("data-flow.dot", import.meta.url);

const TITLE = "The way of a session";
const DESCRIPTION =
  "A browser's requests go to an ingress controller, which passes them on to a pod of the application: by affinity to " +
  "the same one each time, which is an optimisation, or to any other. Every pod finds the session by SESSION_STORE in " +
  "the Redis primary redis-0, which replicates it to redis-1 and redis-2. Each of the three keeps it on a claim of its " +
  "own, and so in an NFS directory of its own.";

/** The picture's own colours are for light; its ground comes with it, so it is legible on any page. */
const STYLE = `
text { font-family: "DejaVu Sans", Verdana, sans-serif; }
.edge text { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; stroke-linejoin: round; }
@media (prefers-color-scheme: dark) {
  .graph > polygon { fill: #12151a; }
  text { fill: #e8eaed; }
  .edge text { stroke: #12151a; }
  .cluster path { fill: #12151a; }
  .cluster path, .edge path { stroke: #a2abb8; }
  .edge polygon { stroke: #a2abb8; fill: #a2abb8; }
  .edge.bound path { stroke: #8ab4f8; }
  .edge.bound polygon { stroke: #8ab4f8; fill: #8ab4f8; }
  .outside path, .outside polygon, .outside polyline { fill: #262b33; stroke: #a2abb8; }
  .app path { fill: #1b2f4d; stroke: #8ab4f8; }
  .store path { fill: #46291a; stroke: #f0a878; }
  .claim polygon, .claim polyline { fill: #1d3a25; stroke: #8fd19e; }
}
`;

/**
 * Draws data-flow.dot as SVG, with a title and a description for those who do not see it, and colours for dark pages.
 * @throws Error when Graphviz's `dot` is missing or refuses the source
 */
export function drawDataFlow(): string {
  const drawn = execFileSync("dot", ["-Tsvg"], { input: readFileSync(SOURCE), encoding: "utf8" });
  // Of what dot writes, its version, the reference to a DTD, numbers, and the names of nodes, shown as tooltips, are of no use.
  const svg = drawn.slice(drawn.indexOf("<svg")).replace(/<!--[^]*?-->\n|<title>[^]*?<\/title>\n| id="\w+"/g, "");
  const head = `<title id="title">${TITLE}</title>\n<desc id="desc">${DESCRIPTION}</desc>\n<style>${STYLE}</style>\n`;
  return svg.replace(/<svg ([^>]*)>\n/, `<svg role="img" aria-labelledby="title desc" $1>\n${head}`);
}
