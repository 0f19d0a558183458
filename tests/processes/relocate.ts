/** Where a test has what a pod has at fixed places. */
export interface Places {
  secrets: string;
  state: string;
  scripts: string;
  tls: string;
  port: number;
}

/** A script or a configuration of the store with a test's places in it, instead of a pod's. */
export function relocate(text: string, { secrets, state, scripts, tls, port }: Places): string {
  return (
    text
      .replaceAll("/run/secrets/session-store", secrets)
      .replaceAll("/run/session-store", state)
      .replaceAll("/etc/session-store-tls", tls)
      .replaceAll("/etc/session-store", scripts)
      .replaceAll("6379", String(port))
      // The client is told no port in a pod, where it is its default.
      .replaceAll('"$ENGINE-cli" -h', `"$ENGINE-cli" -p ${port} -h`)
  );
}
