/** What F5's controller reads of the application's Ingress. */
type Annotations = Record<string, string>;

/**
 * Lines of the upstream that F5's controller writes for a Service of an Ingress with these annotations, but for its servers.
 * @see https://github.com/nginx/kubernetes-ingress/blob/main/internal/configs/version1/nginx.ingress.tmpl, upstream
 * @see https://github.com/nginx/kubernetes-ingress/blob/main/internal/configs/parsing_helpers.go, ParseStickyService
 */
export function nginxLines(annotations: Annotations, service: string): string[] {
  const method = annotations["nginx.org/lb-method"] ?? "random two least_conn";
  const sticky = (annotations["nginx.org/sticky-cookie-services"] ?? "")
    .split(";")
    .map((part) => part.trim().split(/ (.*)/))
    .find(([name]) => name === `serviceName=${service}`)?.[1];
  return [`zone ${service} 256k;`, `${method};`, ...(sticky === undefined ? [] : [`sticky cookie ${sticky};`])];
}
