import { execa } from "execa";
import { kubernetesVersion } from "../../../local/settings.ts";
import type { KubernetesObject } from "../../../render/objects.ts";
import { toYaml } from "../../../render/yaml.ts";

/** What kube-score finds critical. */
export interface Finding {
  check: string;
  /** `Kind name`, without a namespace, which is another in each stack. */
  object: string;
  /** What is wrong, with the container where it is in one. */
  text: string;
}

/** Output of `kube-score score -o json`, as far as it is used. */
interface Scored {
  type_meta: { kind: string };
  object_meta: { name: string };
  checks: {
    check: { id: string };
    grade: number;
    skipped: boolean;
    comments: { path: string; summary: string }[] | null;
  }[];
}

/** Grade of what kube-score calls critical. */
const critical = 1;

/** Asks kube-score about all objects of a stack at once, for many of its checks relate some. */
export async function criticalFindings(kubeScore: string, objects: KubernetesObject[]): Promise<Finding[]> {
  const [major = "", minor = ""] = kubernetesVersion.split(".");
  const args = ["score", "--output-format=json", `--kubernetes-version=${major}.${minor}`, "-"];
  // It exits with 1 where something is critical.
  const { stdout, stderr } = await execa(kubeScore, args, { input: toYaml(objects), reject: false });
  if (!stdout.startsWith("[")) throw new Error(`kube-score cannot read the manifests: ${stderr || stdout}`);
  return (JSON.parse(stdout) as Scored[]).flatMap(({ type_meta: { kind }, object_meta: { name }, checks }) =>
    checks
      .filter(({ grade, skipped }) => grade === critical && !skipped)
      .flatMap(({ check, comments }) =>
        (comments ?? []).map(({ path, summary }) => ({
          check: check.id,
          object: `${kind} ${name}`,
          text: path === "" ? summary : `${path}: ${summary}`,
        })),
      ),
  );
}
