import assert from "node:assert/strict";
import { ApiException } from "@kubernetes/client-node";
import { preview } from "../deploy/preview.ts";
import { changesIn, previewReport } from "../deploy/previewReport.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

// The cluster is a fake: what an API server's defaults and rules make of a dry run is its own affair.

const labels = { "app.kubernetes.io/instance": "shop", "app.kubernetes.io/part-of": "session-stack" };
const namespace = object("Namespace", "shop", undefined, {
  labels,
  annotations: { "session-stack/applied-by": "manifests" },
});
const service = (port: number) => object("Service", "app", "shop", { labels, spec: { ports: [{ port }] } });
const deployment = (image: string, value: string) =>
  object("Deployment", "app", "shop", {
    labels,
    spec: { template: { spec: { containers: [{ name: "app", image, env: [{ name: "TOKEN", value }] }] } } },
  });
const configMap = (name: string, data: Record<string, string>) => object("ConfigMap", name, "shop", { labels, data });
const generated = "~generated.session-key-1.48~";
const rendered = (stringData: Record<string, string>) =>
  object("Secret", "session-secret", "shop", { labels, stringData });
const live = (values: Record<string, string>) => {
  const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, btoa(value)]));
  const annotations = { "session-stack/generated": '{"keys":"session-key-1"}' };
  return { ...object("Secret", "session-secret", "shop", { labels, annotations, data }), type: "Opaque" };
};

/** The report on a cluster, which stays as it is. */
async function report(before: KubernetesObject[], objects: KubernetesObject[], fake = new FakeCluster(before)) {
  const state = structuredClone(fake.objects);
  const lines = previewReport(await preview(fake.cluster, objects));
  assert.deepEqual(fake.changes, []);
  assert.deepEqual(fake.objects, state);
  return lines;
}

describe("a preview by dry run", () => {
  it("finds nothing where everything is as it should be, whatever the API server noted of it", async () => {
    const noted = { ...service(80).metadata, resourceVersion: "7", uid: "u", generation: 3, managedFields: [{}] };
    const before = [namespace, { ...service(80), metadata: noted, status: { loadBalancer: {} } }];
    assert.deepEqual(await report(before, [namespace, service(80)]), [
      "0 to create, 0 to change, 0 to delete, 2 unchanged",
    ]);
  });

  it("names the objects and fields that would change, and what would be deleted", async () => {
    const before = [namespace, service(80), deployment("shop:1", "a"), configMap("app-env-old", { A: "1" })];
    const after = [namespace, service(81), deployment("shop:2", "a"), configMap("app-env-new", { A: "2" })];
    assert.deepEqual(await report(before, after), [
      "~ Service shop/app",
      "    ~ spec.ports[0].port: 80 → 81",
      "~ Deployment shop/app",
      '    ~ spec.template.spec.containers[app].image: "shop:1" → "shop:2"',
      "+ ConfigMap shop/app-env-new",
      "- ConfigMap shop/app-env-old",
      "1 to create, 2 to change, 1 to delete, 1 unchanged",
    ]);
  });

  it("tries nothing in a namespace that is not there yet", async () => {
    assert.deepEqual(await report([], [namespace, service(80)]), [
      "+ Namespace shop",
      "+ Service shop/app (not tried: namespace shop is not there yet)",
      "2 to create, 0 to change, 0 to delete, 0 unchanged",
    ]);
  });

  it("says of a Secret which keys would differ, and never a value", async () => {
    const before = [namespace, live({ keys: "held", url: "redis://old", gone: "x" })];
    const after = [namespace, rendered({ keys: generated, url: "redis://new" })];
    assert.deepEqual(await report(before, after), [
      "~ Secret shop/session-secret",
      "    ~ data.url: [secret] → [secret]",
      "    - data.gone: [secret]",
      "0 to create, 1 to change, 0 to delete, 1 unchanged",
    ]);
    assert.deepEqual(await report([namespace, live({ keys: "held" })], [namespace, rendered({ keys: generated })]), [
      "0 to create, 0 to change, 0 to delete, 2 unchanged",
    ]);
    assert.deepEqual(await report([namespace], [namespace, rendered({ keys: generated })]), [
      "+ Secret shop/session-secret",
      "1 to create, 0 to change, 0 to delete, 1 unchanged",
    ]);
  });

  it("does not show variables and files of the application", async () => {
    const before = [namespace, deployment("shop:1", "private-1"), configMap("app-files", { "a.conf": "private-3" })];
    const after = [namespace, deployment("shop:1", "private-2"), configMap("app-files", { "a.conf": "private-4" })];
    assert.deepEqual(await report(before, after), [
      "~ Deployment shop/app",
      "    ~ spec.template.spec.containers[app].env[TOKEN].value: [not shown] → [not shown]",
      "~ ConfigMap shop/app-files",
      '    ~ data["a.conf"]: [not shown] → [not shown]',
      "0 to create, 2 to change, 0 to delete, 1 unchanged",
    ]);
  });

  it("shortens what is long", async () => {
    const annotated = (text: string) => object("Service", "app", "shop", { labels, annotations: { text } });
    const [, line] = await report([namespace, annotated("a")], [namespace, annotated("b".repeat(200))]);
    assert.equal(line, `    ~ metadata.annotations.text: "a" → "${"b".repeat(119)}… (202 characters)`);
  });

  it("names every object that the API server would refuse, and goes on", async () => {
    const fake = new FakeCluster([namespace, service(80), deployment("shop:1", "a")]);
    const message = "Service is invalid: spec.clusterIP: field is immutable";
    fake.failures.set("try Service shop/app", new ApiException(422, "", JSON.stringify({ message }), {}));
    const lost = object("Secret", "shop-db", "shop", { stringData: { url: "~config.database~" } });
    assert.deepEqual(await report([], [namespace, lost, service(81), deployment("shop:2", "a")], fake), [
      "! Secret shop/shop-db (Secret shop/shop-db holds session-stack:database, which only the Pulumi engine can decrypt: " +
        "create the Secret beforehand (keys: url), or use pulumi up)",
      `! Service shop/app (${message})`,
      "~ Deployment shop/app",
      '    ~ spec.template.spec.containers[app].image: "shop:1" → "shop:2"',
      "0 to create, 1 to change, 0 to delete, 1 unchanged, 2 refused",
    ]);
  });

  it("counts everything that is not as it should be", async () => {
    const fake = new FakeCluster([namespace, configMap("app-env-old", {})]);
    assert.equal(changesIn(await preview(fake.cluster, [namespace, service(80)])), 2);
  });

  it("refuses what applying would refuse before it begins", async () => {
    const owned = object("Namespace", "shop", undefined, { annotations: { "session-stack/applied-by": "pulumi" } });
    await assert.rejects(preview(new FakeCluster([owned]).cluster, [namespace]), {
      message:
        "namespace shop belongs to the Pulumi engine: go on with pulumi up, or destroy it with pulumi destroy first",
    });
    const route = { ...object("HTTPRoute", "app", "shop"), apiVersion: "gateway.networking.k8s.io/v1" };
    await assert.rejects(preview(new FakeCluster([namespace]).cluster, [namespace, route]), {
      message:
        "this cluster lacks kinds that the stack uses:\n" +
        "  HTTPRoute shop/app needs the kind HTTPRoute of gateway.networking.k8s.io/v1: install its " +
        "CustomResourceDefinition, which comes with the controller that ingress.controller names, or use another one",
    });
  });
});
