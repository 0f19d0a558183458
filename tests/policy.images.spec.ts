import { pinnedImages } from "../policy/rules/pinnedImages.ts";
import { deployment, object, takesOrRefuses } from "./policies.ts";

const refusal = (owner: string, container: string, image: string) =>
  `${owner}: container ${container} has the image ${image}, which is another one with each release; give it a tag other than latest, or a digest`;
const app = (image: string) => refusal("Deployment shop/app", "app", image);
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const template = { spec: { containers: [{ name: "job", image: "acme/job" }] } };

describe("the policy pinned-images", () => {
  takesOrRefuses(pinnedImages, [
    ["a tag", deployment({ image: "ghcr.io/acme/shop:1.4.2" })],
    ["a digest", deployment({ image: `acme/shop@${digest}` })],
    ["a digest beside latest, which is not read then", deployment({ image: `acme/shop:latest@${digest}` })],
    ["what makes no pods", object("v1", "Service", "app")],
    ["another group's kind of the same name", object("serving.example/v1", "Job", "job", { spec: { template } })],
    ["latest", deployment({ image: "acme/shop:latest" }), app("acme/shop:latest")],
    [
      "no tag, behind a registry's port",
      deployment({ image: "acme.example:5000/shop" }),
      app("acme.example:5000/shop"),
    ],
    [
      "what runs before the application",
      deployment({ image: "acme/shop:1" }, { initContainers: [{ name: "migrate", image: "acme/migrate" }] }),
      refusal("Deployment shop/app", "migrate", "acme/migrate"),
    ],
    [
      "a pod",
      object("v1", "Pod", "once", { spec: { containers: [{ name: "a", image: "acme/a" }] } }),
      refusal("Pod shop/once", "a", "acme/a"),
    ],
    [
      "what a CronJob starts",
      object("batch/v1", "CronJob", "nightly", { spec: { jobTemplate: { spec: { template } } } }),
      refusal("CronJob shop/nightly", "job", "acme/job"),
    ],
    ...(["StatefulSet", "DaemonSet", "ReplicaSet"] as const).map((kind) => pods("apps/v1", kind)),
    pods("batch/v1", "Job"),
  ]);
});

function pods(apiVersion: string, kind: string): Parameters<typeof takesOrRefuses>[1][number] {
  const made = object(apiVersion, kind, "x", { spec: { template } });
  return [`what a ${kind} starts`, made, refusal(`${kind} shop/x`, "job", "acme/job")];
}
