import { exec } from "../../../deploy/exec.ts";
import type { DeployedStack } from "../../../deploy/stack.ts";

/** Whether a member takes this password of a user: `yes` or `no`. The password goes by standard input. */
export async function accepts({ cluster, outputs }: DeployedStack, member: string, user: string, password: string) {
  const command = ["sh", "/etc/session-store/accepts.sh", user];
  return (await exec(cluster, outputs.namespace, member, command, `${password}\n`)).trim();
}
