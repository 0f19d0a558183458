import type { Rendering } from "../../../components/affinity/types.ts";

/** What a controller for HAProxy reads of the application's objects. */
type Written = Pick<Rendering, "serviceAnnotations" | "objects">;

/**
 * Lines of the backend that HAProxy Ingress writes for a Service with these annotations.
 * @see https://github.com/jcmoraisjr/haproxy-ingress/blob/master/rootfs/etc/templates/haproxy/haproxy.tmpl, "Cookie"
 */
export function haproxyIngressLines({ serviceAnnotations }: Written): string[] {
  const value = (key: string) => serviceAnnotations[`haproxy-ingress.github.io/${key}`];
  const balance = `balance ${value("balance-algorithm") ?? "random(2)"}`;
  if (value("affinity") !== "cookie") return [balance];
  const isDynamic = (value("session-cookie-dynamic") ?? "true") === "true";
  const domain = value("session-cookie-domain");
  const words = [
    "cookie",
    value("session-cookie-name") ?? "INGRESSCOOKIE",
    value("session-cookie-strategy") ?? "insert",
    ...(value("session-cookie-preserve") === "true" ? ["preserve"] : []),
    value("session-cookie-keywords") ?? "indirect nocache httponly",
    ...(domain === undefined ? [] : [`domain ${domain}`]),
    ...(isDynamic ? ["dynamic"] : []),
  ];
  // The key is a default of the global ConfigMap.
  return [balance, words.join(" "), ...(isDynamic ? ['dynamic-cookie-key "Ingress"'] : [])];
}

/** Fields of a Backend that the lines below know. */
interface Backend {
  balance: { algorithm: string; hash_expression?: string };
  hash_type?: { method: string };
  cookie?: {
    name: string;
    type: string;
    domain?: { value: string }[];
    attr: { value: string }[];
    dynamic: boolean;
    httponly: boolean;
    indirect: boolean;
    nocache: boolean;
    secure: boolean;
  };
}

/**
 * Lines of the backend that HAProxy Technologies' controller writes for a Service that names a Backend, words in the order
 * of its library.
 * @throws Error if the annotation names none of the objects
 * @see https://github.com/haproxytech/client-native/blob/v6.2.4/config-parser/parsers/cookie.go
 * @see https://github.com/haproxytech/kubernetes-ingress/blob/master/pkg/service/service.go, getBackendModel
 */
export function haproxytechLines({ serviceAnnotations, objects }: Written): string[] {
  const named = serviceAnnotations["haproxy.org/cr-backend"];
  const object = objects.find(({ kind, name }) => kind === "Backend" && named?.split("/")[1] === name);
  if (object === undefined) throw new Error(`no Backend ${named}`);
  const { balance, hash_type: hashType, cookie } = object.spec as unknown as Backend;
  return [
    ["balance", balance.algorithm, ...(balance.hash_expression === undefined ? [] : [balance.hash_expression])].join(
      " ",
    ),
    ...(hashType === undefined ? [] : [`hash-type ${hashType.method}`]),
    // The key is the controller's constant.
    ...(cookie === undefined ? [] : [cookieLine(cookie), "dynamic-cookie-key ohph7OoGhong"]),
  ];
}

function cookieLine(cookie: NonNullable<Backend["cookie"]>): string {
  const { name, type, domain = [], attr } = cookie;
  const flag = (key: "dynamic" | "httponly" | "indirect" | "nocache" | "secure") => (cookie[key] ? [key] : []);
  return [
    "cookie",
    name,
    ...domain.map(({ value }) => `domain ${value}`),
    ...attr.map(({ value }) => `attr ${value}`),
    ...flag("dynamic"),
    ...flag("httponly"),
    ...flag("indirect"),
    ...flag("nocache"),
    type,
    ...flag("secure"),
  ].join(" ");
}
