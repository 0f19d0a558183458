import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { ok, warn } from "../finding.ts";
import { unreachable } from "../questions.ts";
import { made, type Stack } from "../stack.ts";

/** Of NFSv4 and, most often, of version 3. */
const nfsPort = 2049;

/** The port of the NFS server, from this machine: nodes may have another way to it, or none. */
export const nfsServer: Check = {
  name: "NFS server",
  asks: (stack) => serversOf(stack).map(({ host, port }) => unreachable(host, port)),
  finds: (stack, answers) =>
    serversOf(stack).flatMap(({ host, port }) =>
      whenKnown(answers.to(unreachable(host, port)), `${host}:${port}`, (why) => [
        why === undefined
          ? ok(`this machine reaches ${host}:${port}`)
          : warn(
              `this machine does not reach ${host}:${port} (${why}); its nodes may`,
              "where they do not either, claims get no volume: see session-stack:storage.nfs.server, its firewall and its exports",
            ),
      ]),
    ),
};

interface Server {
  host: string;
  port: number;
}

/** The export of the provisioner that the stack brings along, or of its class of csi-driver-nfs. */
function serversOf(stack: Stack): Server[] {
  const exports = made(stack, "PersistentVolume").map(({ spec }) => ({
    host: (spec?.nfs as { server: string } | undefined)?.server,
    options: spec?.mountOptions as string[] | undefined,
  }));
  const classes = made(stack, "StorageClass").map(({ parameters, mountOptions }) => ({
    host: (parameters as { server?: string } | undefined)?.server,
    options: mountOptions as string[] | undefined,
  }));
  return [...exports, ...classes].flatMap(({ host, options = [] }) => {
    const port = options.map((option) => /^port=(\d+)$/.exec(option)?.[1]).find((found) => found !== undefined);
    return host === undefined ? [] : [{ host, port: port === undefined ? nfsPort : Number(port) }];
  });
}
