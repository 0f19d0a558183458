import { storeUrl } from "../components/redis/names.ts";
import { inMemory, SecretWriter, type SecretKeeper } from "../deploy/secrets.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { object, type FakeCluster } from "./fakeCluster.ts";

/** The URL as rendered for namespace shop. */
export const url = (password: string) => storeUrl(password, { namespace: "shop", tls: false });
/** Where a Secret says which of its keys are which password. */
export const annotation = "session-stack/generated";
/** Placeholder of the application's password in a version. */
export const app = (version: number) => `~generated.store-app-${version}.32~`;
/** Placeholder of a signing key in a version. */
export const key = (version: number) => `~generated.session-key-${version}.48~`;

/** A rendered Secret. */
export const secret = (name: string, stringData: Record<string, string>) =>
  object("Secret", name, "shop", { stringData });
/** As `SessionSecret` renders it. */
export const signing = (...versions: number[]) =>
  secret("session-secret", {
    keys: versions.map(key).join(","),
    ...Object.fromEntries(versions.map((version) => [`key-${version}`, key(version)])),
  });
/** Where the store is: what its Secret holds beside a password. */
export const place = { host: "redis-master.shop.svc", port: "6379", username: "app" };
/** As the store renders its two Secrets: the version in use comes first. */
export const store = (...versions: [number, ...number[]]) => [
  secret("session-store", { ...place, password: app(versions[0]), url: url(app(versions[0])) }),
  secret("session-store-users", {
    current: String(versions[0]),
    ...Object.fromEntries(versions.map((version) => [`app-${version}`, app(version)])),
  }),
];

/** A Secret of the cluster that says nothing of its passwords, as a former release made it. */
export const former = (name: string, values: Record<string, string>, fields: object = {}) =>
  object("Secret", name, "shop", {
    ...fields,
    data: Object.fromEntries(
      Object.entries(values).map(([field, value]) => [field, Buffer.from(value).toString("base64")]),
    ),
  });

/** Applies Secrets as a deployment does. */
export async function write(
  fake: FakeCluster,
  objects: KubernetesObject[],
  keeper: SecretKeeper = inMemory(),
): Promise<void> {
  const writer = await SecretWriter.create(fake.cluster, objects, keeper);
  for (const each of objects) await writer.apply(each);
}

/** What a Secret of the cluster holds, decoded. */
export function held(fake: FakeCluster, name: string): Record<string, string> {
  const data = fake.objects.get(`Secret shop/${name}`)?.data ?? {};
  return Object.fromEntries(
    Object.entries(data).map(([field, value]) => [field, Buffer.from(value, "base64").toString()]),
  );
}

/** One value, as text even where there is none. */
export const value = (fake: FakeCluster, name: string, field: string) => held(fake, name)[field] ?? "";
