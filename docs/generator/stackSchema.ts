import { projectName } from "../../render/stackFile.ts";
import { defaultOf } from "./configRows.ts";
import { discriminator, settings, type Part } from "./settings.ts";

/** A value that `pulumi config set --secret` wrote. */
const encrypted: Part = {
  title: "a secret, which pulumi config set --secret writes",
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** The JSON Schema of Pulumi.<stack>.yaml, for editors: docs/pulumi-stack.schema.json. */
export function stackSchema() {
  const project = projectName();
  const { properties = {}, required = [] } = settings();
  const keys = Object.keys(properties);
  const own = { ...properties, sessionSecret: { ...encrypted, description: properties.sessionSecret?.description } };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $comment: "Written by `npm run docs` from config/schema.ts. Change it there.",
    title: `a stack of ${project}`,
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(own).map(([key, part]) => [`${project}:${key}`, forEditors(part)]),
        ),
        patternProperties: {
          [`^${project}:(?!(${keys.join("|")})$)`]: {
            ...encrypted,
            description: "a secret of the application, which app.secretEnv names; no other key is known",
          },
          [`^(?!${project}:)[^:]+:`]: { description: "belongs to a provider or to the engine" },
        },
        additionalProperties: false,
        required: required.map((key) => `${project}:${key}`),
      },
      // What the engine writes beside it. @see https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
      environment: { type: ["array", "object"] },
      secretsprovider: { type: "string" },
      encryptedkey: { type: "string" },
      encryptionsalt: { type: "string" },
    },
    required: ["config"],
    additionalProperties: false,
  };
}

/** With what editors show, and without what they do not know. */
function forEditors(part: Part): Part {
  const { properties, items, anyOf, oneOf, additionalProperties } = part;
  const shown: Part = {
    ...part,
    ...described(part),
    ...(properties === undefined ? {} : { properties: mapped(properties) }),
    ...(items === undefined ? {} : { items: forEditors(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(forEditors) }),
    ...(oneOf === undefined ? {} : { oneOf: titled(oneOf).map(forEditors) }),
    ...(typeof additionalProperties === "object" ? { additionalProperties: forEditors(additionalProperties) } : {}),
  };
  delete shown.page;
  delete shown.otherwise;
  return shown;
}

/** Editors show a description without its default, and not all of them know Markdown. */
function described(part: Part): Part {
  if (part.description === undefined) return {};
  const usual = defaultOf(part, false);
  const hint = usual === "" || usual.startsWith("required") ? usual : `default: ${usual}`;
  const text = [part.description, hint].filter((some) => some !== "").join("; ");
  const plain = text.replaceAll("`", "");
  return { description: plain, ...(plain === text ? {} : { markdownDescription: text }) };
}

function mapped(properties: Record<string, Part>): Record<string, Part> {
  return Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, forEditors(part)]));
}

/** Editors offer the objects of a union by their titles. */
function titled(options: Part[]): Part[] {
  const { key, parts } = discriminator(options) ?? { key: "", parts: [] };
  return options.map((option, index) => ({ title: `${key}: ${String(parts[index]?.const)}`, ...option }));
}
