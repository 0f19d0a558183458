import { claim } from "../../../components/redis/names.ts";
import { eventually } from "../../../deploy/eventually.ts";
import { nodeName } from "../../../local/parts/kubelet.ts";
import { podGone } from "../proof/pods.ts";
import type { Subject } from "./subject.ts";

/** User of the store's pods, the owner of their files. */
const storeUser = 999;

/**
 * Removes everything in a member's volume while the member is away. By a pod, as a client of the NFS server: what is
 * removed behind the server's back is still in its cache.
 */
export async function emptyVolume(subject: Subject, ordinal: number): Promise<void> {
  const { cluster, namespace } = subject;
  const name = "empty-volume";
  const body = {
    metadata: { name },
    spec: {
      nodeName, // past the scheduler, which the member has to wait for meanwhile
      restartPolicy: "Never",
      securityContext: { runAsNonRoot: true, runAsUser: storeUser, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name,
          image: await subject.image(),
          command: ["find", "/data", "-mindepth", "1", "-delete"],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          volumeMounts: [{ name: "data", mountPath: "/data" }],
        },
      ],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim(ordinal) } }],
    },
  };
  const pod = await cluster.core.createNamespacedPod({ namespace, body });
  try {
    await eventually("the volume to be emptied", 60, async () => {
      const { status } = await cluster.core.readNamespacedPod({ namespace, name });
      return status?.phase === "Succeeded";
    });
  } finally {
    await cluster.core.deleteNamespacedPod({ namespace, name });
  }
  await podGone(subject, name, pod.metadata?.uid ?? "");
}
