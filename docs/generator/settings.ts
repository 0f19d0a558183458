import { z } from "zod";
import { schema } from "../../config/schema.ts";

/** A part of the schema in JSON Schema's words, with the metadata that config/fields.ts tells of. */
export interface Part {
  description?: string;
  /** The same in Markdown, which some editors prefer. */
  markdownDescription?: string;
  default?: unknown;
  /** What holds where the schema has no default, in Markdown. */
  otherwise?: string;
  /** Page below docs/ that tells more. */
  page?: string;
  type?: string;
  const?: unknown;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  patternErrorMessage?: string;
  title?: string;
  properties?: Record<string, Part>;
  required?: string[];
  items?: Part;
  /** Objects told apart by one of their keys. */
  oneOf?: Part[];
  anyOf?: Part[];
  propertyNames?: Part;
  additionalProperties?: Part | false;
}

/** What the schema takes, by top-level key, as an object. Checks that are code are left out: the program makes them. */
export function settings(): Part {
  return convert(schema);
}

function convert(part: z.core.$ZodType): Part {
  const converted = z.toJSONSchema(part, {
    // What editors know best. @see https://github.com/redhat-developer/yaml-language-server#features
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => withShapes(jsonSchema),
  });
  delete converted.$schema;
  return converted as Part;
}

/** What a value that code checks may be takes the place of what JSON Schema cannot tell of it: nothing. */
function withShapes(jsonSchema: z.core.JSONSchema.BaseSchema): void {
  const { shapes } = jsonSchema as { shapes?: z.core.$ZodType[] };
  if (shapes === undefined) return;
  delete jsonSchema.shapes;
  const [first, ...others] = shapes.map(convert);
  Object.assign(jsonSchema, others.length === 0 ? { ...first, ...jsonSchema } : { anyOf: [first, ...others] });
}

/** The key whose constant tells the objects of a union apart, and its part in each of them. */
export function discriminator(options: Part[]): { key: string; parts: Part[] } | undefined {
  for (const key of Object.keys(options[0]?.properties ?? {})) {
    const parts = options.map(({ properties }) => properties?.[key]).filter((part) => part !== undefined);
    if (parts.length === options.length && parts.every((part) => part.const !== undefined)) return { key, parts };
  }
  return undefined;
}
