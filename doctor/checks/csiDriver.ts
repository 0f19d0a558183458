import type { V1CSIDriver, V1CSINode } from "@kubernetes/client-node";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, few, ok, warn, type Found } from "../finding.ts";
import { nfsCsi, provisionersOf } from "../provisioners.ts";
import { csiDrivers, csiNodes, storageClasses } from "../questions.ts";
import { wantedClasses } from "../stack.ts";

/** The driver of the class, where it is one of CSI: known to the cluster, and on its nodes. */
export const csiDriver: Check = {
  name: "CSI driver",
  asks: (stack) => (wantedClasses(stack).length === 0 ? [] : [storageClasses, csiDrivers, csiNodes]),
  finds: (stack, answers) => {
    if (wantedClasses(stack).length === 0) return [];
    const classes = answers.to(storageClasses);
    const names = provisionersOf(stack, "known" in classes ? classes.known : []);
    const drivers = answers.to(csiDrivers);
    // Other provisioners than those have no driver.
    const isDriver = (name: string) => name === nfsCsi || ("known" in drivers && hasDriver(drivers.known, name));
    return names.filter(isDriver).flatMap((name) =>
      whenKnown(drivers, "which CSI drivers there are", (known) => {
        if (!hasDriver(known, name)) {
          return [
            fail(
              `there is no CSI driver ${name}`,
              "have csi-driver-nfs installed, or set session-stack:storage.nfs.provisioner to subdir",
            ),
          ];
        }
        return whenKnown(answers.to(csiNodes), `on which nodes ${name} runs`, (nodes) => [onNodes(name, nodes)]);
      }),
    );
  },
};

const hasDriver = (drivers: V1CSIDriver[], name: string) => drivers.some(({ metadata }) => metadata?.name === name);

function onNodes(name: string, nodes: V1CSINode[]): Found {
  const without = nodes.filter(({ spec }) => !spec.drivers.some((driver) => driver.name === name));
  if (without.length === 0) return ok(`${name} runs on every node`);
  const where = few(without.map(({ metadata }) => metadata?.name));
  const say = without.length === nodes.length ? fail : warn;
  return say(
    `${name} does not run on ${where}: pods with a claim cannot start there`,
    "look at the DaemonSet of the driver, or keep such pods from these nodes",
  );
}
