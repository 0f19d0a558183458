import type { KubernetesObject as ApiObject, V1Condition } from "@kubernetes/client-node";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, warn, type Found } from "../finding.ts";
import { certificates as warnings, one } from "../questions.ts";
import { made, type Stack } from "../stack.ts";

/** The certificates of the Ingress, and who issues them. */
export const certificates: Check = {
  name: "certificates",
  asks: (stack) => [
    ...(hasTls(stack) ? [warnings(stack.objects)] : []),
    ...issuersOf(stack).map((issuer) => issuerQuestion(issuer)),
  ],
  finds: (stack, answers) => {
    if (!hasTls(stack)) return [];
    const problems = [
      ...whenKnown(answers.to(warnings(stack.objects)), "the certificates", (lines) =>
        lines.map((line) =>
          warn(
            line.replace(/\.$/, ""),
            "see that the Secret holds a certificate for these hosts: kubectl create secret tls …",
          ),
        ),
      ),
      ...issuersOf(stack).flatMap((issuer) =>
        whenKnown(answers.to(issuerQuestion(issuer)), nameOf(issuer), (found) => verdict(issuer, found)),
      ),
    ];
    return problems.length > 0 ? problems : [ok("for every host there is a certificate, or somebody who makes it")];
  },
};

const hasTls = (stack: Stack) => made(stack, "Ingress").some(({ spec }) => spec?.tls !== undefined);

/** One of cert-manager, which an annotation of the Ingress names. */
interface IssuerName {
  kind: "Issuer" | "ClusterIssuer";
  name: string;
  namespace?: string;
}

interface Issuer extends ApiObject {
  status?: { conditions?: V1Condition[] };
}

const issuerQuestion = ({ kind, name, namespace }: IssuerName) =>
  one<Issuer>("cert-manager.io/v1", kind, name, namespace);

const nameOf = ({ kind, name, namespace }: IssuerName) =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

function issuersOf(stack: Stack): IssuerName[] {
  return made(stack, "Ingress").flatMap(({ metadata: { annotations = {}, namespace } }) => {
    const { "cert-manager.io/issuer": local, "cert-manager.io/cluster-issuer": global } = annotations;
    return [
      ...(local === undefined ? [] : [{ kind: "Issuer" as const, name: local, namespace }]),
      ...(global === undefined ? [] : [{ kind: "ClusterIssuer" as const, name: global }]),
    ];
  });
}

function verdict(issuer: IssuerName, found: Issuer | undefined): Found[] {
  const { kind, name } = issuer;
  if (found === undefined) {
    return [
      fail(
        `there is no ${nameOf(issuer)} of cert-manager, so nobody makes the certificate`,
        "install cert-manager and make it, or set session-stack:ingress.tls to another issuer or a Secret",
      ),
    ];
  }
  const ready = found.status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return [];
  return [
    warn(
      `${nameOf(issuer)} of cert-manager is not ready${ready === undefined ? "" : `: ${ready.message}`}`,
      `until it is, visitors get the controller's own certificate, which browsers refuse: kubectl describe ${kind.toLowerCase()} ${name}`,
    ),
  ];
}
