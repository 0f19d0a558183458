import type { VersionInfo } from "@kubernetes/client-node";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, type Found } from "../finding.ts";
import { serverVersion } from "../questions.ts";

/** What README.md states: pods drain by `preStop.sleep`, which is on since then. */
export const oldest = { major: 1, minor: 30 };

export const version: Check = {
  name: "version",
  asks: () => [serverVersion],
  finds: (_, answers) => whenKnown(answers.to(serverVersion), "the version", verdict),
};

function verdict({ gitVersion }: VersionInfo): Found[] {
  if (isNewEnough(gitVersion)) return [ok(`Kubernetes ${gitVersion}`)];
  const least = `${oldest.major}.${oldest.minor}`;
  return [
    fail(
      `Kubernetes ${gitVersion} is older than ${least}`,
      `upgrade it: pods drain by preStop.sleep, which ${least} brought`,
    ),
  ];
}

/** @param version such as `v1.34.1` or `v1.33.5-gke.1200` */
export function isNewEnough(version: string): boolean {
  const [, major = "", minor = ""] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > oldest.major || (Number(major) === oldest.major && Number(minor) >= oldest.minor);
}
