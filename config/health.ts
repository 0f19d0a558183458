import { z } from "zod";
import { words } from "./containers.ts";
import { absolutePath, object, oneOfThe, wholeNumber } from "./fields.ts";

const timing = {
  startupSeconds: wholeNumber(1, 3600)
    .default(120)
    .describe("how long the application may take to start before it is restarted"),
  unreadySeconds: wholeNumber(2, 300)
    .default(4)
    .describe("after how long of failing readiness a pod gets no more requests"),
};

const command = (asked: string) =>
  words()
    .min(1, "must name a command")
    .describe(`command in the container whose exit code 0 means that the pod ${asked}`);

const path = (usual: string, asked: string) =>
  absolutePath().default(usual).describe(`path whose answer of 200 to 399 means that the pod ${asked}`);

const port = () => wholeNumber(1, 65535).optional().meta({ description: "where it is asked", otherwise: "`app.port`" });

/** How the kubelet asks a pod whether it lives, and whether it can serve. */
export const health = z.discriminatedUnion(
  "kind",
  [
    object({
      kind: z.literal("http").default("http").describe("`GET` of two paths"),
      live: path("/healthz", "lives"),
      ready: path("/readyz", "can serve"),
      port: port(),
      ...timing,
    }),
    object({ kind: z.literal("tcp").describe("whether the port can be connected to"), port: port(), ...timing }),
    object({
      kind: z.literal("exec").describe("two commands in the container"),
      live: command("lives"),
      ready: command("can serve"),
      ...timing,
    }),
    object({ kind: z.literal("none").describe("nothing: visitors meet a pod while it starts") }),
  ],
  oneOfThe("kind", ["http", "tcp", "exec", "none"]),
);

export type HealthSettings = z.output<typeof health>;
