import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies.ts";

/** The rules of rules/, inside of the engine: `pulumi up --policy-pack policy`. */
new PolicyPack("session-stack", { policies });
