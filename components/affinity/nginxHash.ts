import { consistentlyHashed, matching, type Dialect } from "./dialect.ts";
import type { Rendering } from "./types.ts";

const variables = "its hash is an nginx variable, whose name takes no other";

/** Hashes of the controllers that run nginx, which hash a variable. `render` is given it, such as "$cookie_sid". */
export function nginxHash(render: (variable: string) => Partial<Rendering>): Dialect["hash"] {
  return {
    cookie: {
      behaviour: consistentlyHashed,
      names: matching(/^\w+$/, 'of letters, digits and "_"', variables),
      render: (name) => render(`$cookie_${name}`),
    },
    header: {
      behaviour: consistentlyHashed,
      names: matching(/^[A-Za-z0-9-]+$/, 'of letters, digits and "-"', `${variables}, and it drops headers with "_"`),
      render: (name) => render(`$http_${name.toLowerCase().replaceAll("-", "_")}`),
    },
    sourceIP: { behaviour: consistentlyHashed, render: () => render("$remote_addr") },
  };
}
