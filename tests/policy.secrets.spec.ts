import assert from "node:assert/strict";
import { noPlainSecrets } from "../policy/rules/noPlainSecrets.ts";
import { deployment, messagesOf, object, takesOrRefuses } from "./policies.ts";

const remedy = "keep it in a Secret and refer to that (app.secretEnv)";
const plain = (name: string) =>
  `Deployment shop/app: variable ${name} of container app is given in plain text; ${remedy}`;
const url = (name: string) =>
  `Deployment shop/app: variable ${name} of container app is a URL with a password in it; ${remedy}`;
const commandLine = `Deployment shop/app: the command line of container app has a URL with a password in it; ${remedy}`;

const env = (name: string, value: string) => deployment({ env: [{ name, value }] });
const configMap = (data: Record<string, string>) => object("v1", "ConfigMap", "app-env", { data });
const fromSecret = { name: "SESSION_STORE", valueFrom: { secretKeyRef: { name: "session-store", key: "url" } } };

describe("the policy no-plain-secrets", () => {
  takesOrRefuses(noPlainSecrets, [
    ["a variable out of a Secret", deployment({ env: [fromSecret] })],
    ["a variable made of others", env("SESSION_STORE", "redis://:$(PASSWORD)@redis:6379")],
    ["an empty variable", env("SESSION_STORE", "")],
    ["a URL without a password", env("API", "https://shop@api.example/a:b@c?d=e:f@g")],
    [
      "a password that is a variable of a shell",
      deployment({ command: ["sh", "-c", "psql postgres://shop:${PASSWORD}@db"] }),
    ],
    ["a Secret, which is the place for it", object("v1", "Secret", "db", { stringData: { url: "postgres://a:b@db" } })],
    ["files without credentials", configMap({ "app.conf": "listen 8080\nupstream http://api:80/x\n" })],
    [
      "the store's URL in plain text, with or without a password",
      env("SESSION_STORE", "redis://redis:6379"),
      plain("SESSION_STORE"),
    ],
    ["the store's password", env("SESSION_STORE_PASSWORD", "hush"), plain("SESSION_STORE_PASSWORD")],
    ["the signing keys", env("SESSION_SECRET", "hush"), plain("SESSION_SECRET")],
    ["a URL with a password under any name", env("DATABASE", "postgres://shop:hush@db/shop"), url("DATABASE")],
    ["a URL with a password alone", env("CACHE", "rediss://:hush@cache"), url("CACHE")],
    ["a second URL with a password", env("DATABASES", "db://a:$(B)@c,db://a:hush@c"), url("DATABASES")],
    ["a URL with a password in a command", deployment({ command: ["run", "--db=postgres://a:hush@db"] }), commandLine],
    ["a URL with a password in arguments", deployment({ args: ["amqp://a:hush@queue"] }), commandLine],
    [
      "the store's URL in a ConfigMap",
      configMap({ SESSION_STORE: "redis://redis" }),
      `ConfigMap shop/app-env: SESSION_STORE is given in plain text; ${remedy}`,
    ],
    [
      "a file with a password in a URL",
      configMap({ "file-0": "[db]\nurl = mysql://a:hush@db\n" }),
      `ConfigMap shop/app-env: file-0 has a URL with a password in it; ${remedy}`,
    ],
  ]);

  it("knows the variables that a team names in place of its own", () => {
    const settings = { variables: ["REDIS_URL"] };
    assert.deepEqual(messagesOf(noPlainSecrets, [env("REDIS_URL", "redis://redis")], { settings }), [
      plain("REDIS_URL"),
    ]);
    assert.deepEqual(messagesOf(noPlainSecrets, [env("SESSION_STORE", "redis://redis")], { settings }), []);
  });
});
