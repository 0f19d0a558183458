import { z } from "zod";
import { words } from "./containers.ts";
import { absolutePath, object, oneOfThe, wholeNumber } from "./fields.ts";

const timing = {
  /** Seconds that the application may take to start before it is restarted. */
  startupSeconds: wholeNumber(1, 3600).default(120),
  /** Seconds of failing readiness after which a pod gets no more requests. */
  unreadySeconds: wholeNumber(2, 300).default(4),
};

const command = () => words().min(1, "must name a command");

/** How the kubelet asks a pod whether it lives, and whether it can serve. */
export const health = z.discriminatedUnion(
  "kind",
  [
    object({
      kind: z.literal("http").default("http"),
      live: absolutePath().default("/healthz"),
      ready: absolutePath().default("/readyz"),
      port: wholeNumber(1, 65535).optional(),
      ...timing,
    }),
    object({ kind: z.literal("tcp"), port: wholeNumber(1, 65535).optional(), ...timing }),
    object({ kind: z.literal("exec"), live: command(), ready: command(), ...timing }),
    object({ kind: z.literal("none") }),
  ],
  oneOfThe("kind", ["http", "tcp", "exec", "none"]),
);

export type HealthSettings = z.output<typeof health>;
