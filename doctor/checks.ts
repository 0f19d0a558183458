import type { Check } from "./check.ts";
import { certificates } from "./checks/certificates.ts";
import { csiDriver } from "./checks/csiDriver.ts";
import { gateway } from "./checks/gateway.ts";
import { grants } from "./checks/grants.ts";
import { ingressClass } from "./checks/ingressClass.ts";
import { kinds } from "./checks/kinds.ts";
import { limits } from "./checks/limits.ts";
import { metrics } from "./checks/metrics.ts";
import { namespaces } from "./checks/namespaces.ts";
import { nfsServer } from "./checks/nfsServer.ts";
import { nodes } from "./checks/nodes.ts";
import { permissions } from "./checks/permissions.ts";
import { priorityClass } from "./checks/priorityClass.ts";
import { provisioner } from "./checks/provisioner.ts";
import { quota } from "./checks/quota.ts";
import { secrets } from "./checks/secrets.ts";
import { security } from "./checks/security.ts";
import { storageClass } from "./checks/storageClass.ts";
import { names } from "./checks/names.ts";
import { version } from "./checks/version.ts";

/** In the order of the table: the cluster, what may be done there, the namespace, storage, and the way in. */
export const checks: Check[] = [
  version,
  nodes,
  permissions,
  grants,
  namespaces,
  names,
  security,
  quota,
  limits,
  secrets,
  priorityClass,
  storageClass,
  csiDriver,
  provisioner,
  nfsServer,
  kinds,
  ingressClass,
  gateway,
  certificates,
  metrics,
];
