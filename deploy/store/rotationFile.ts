import { readFileSync, writeFileSync } from "node:fs";
import { isMap, isSeq, parseDocument, type Node, type YAMLMap } from "yaml";
import { projectName, stackFilePath } from "../../render/stackFile.ts";
import { topics, type Rotation, type Topic } from "./rotation.ts";

/** The lists of a stack that has none of its own. */
const initial: Rotation = { password: [1], signingKeys: [1] };

/** The lists in Pulumi.<stack>.yaml. What cannot be used there is refused when the stack is rendered. */
export function readRotation(stack: string): Rotation {
  return rotationIn(readFileSync(stackFilePath(stack), "utf8"), projectName());
}

/** Writes the lists into Pulumi.<stack>.yaml, and nothing else there changes. */
export function writeRotation(stack: string, lists: Rotation): void {
  const path = stackFilePath(stack);
  writeFileSync(path, withRotation(readFileSync(path, "utf8"), projectName(), lists));
}

/** How long a session lasts by Pulumi.<stack>.yaml, in seconds; undefined when it does not say. */
export function sessionSeconds(stack: string): number | undefined {
  const text = readFileSync(stackFilePath(stack), "utf8");
  const seconds = parseDocument(text).getIn(["config", `${projectName()}:app`, "session", "ttlSeconds"]);
  return typeof seconds === "number" ? seconds : undefined;
}

/** The lists in the text of a stack's file. */
export function rotationIn(text: string, project: string): Rotation {
  const found = parseDocument(text).getIn(["config", `${project}:rotation`]);
  return { ...initial, ...(isMap(found) ? (found.toJSON() as Partial<Rotation>) : {}) };
}

/**
 * The text with these lists. The places to change are found by the document's ranges: printing the document anew would
 * change the format of the whole file.
 */
export function withRotation(text: string, project: string, lists: Rotation): string {
  return topics.reduce((before, topic) => withList(before, project, topic, lists[topic]), text);
}

function withList(text: string, project: string, topic: Topic, list: number[]): string {
  const document = parseDocument(text);
  const key = `${project}:rotation`;
  const value = `[${list.join(", ")}]`;
  const before = document.getIn(["config", key, topic], true);
  if (isSeq(before)) return replace(text, before, value);
  const rotation = document.getIn(["config", key], true);
  if (isMap(rotation)) return append(text, rotation, `${topic}: ${value}`);
  const config = document.get("config");
  if (!isMap(config)) throw new Error(`the stack's file has no config to which ${key} could be added`);
  return append(text, config, `${key}: { ${topic}: ${value} }`);
}

/** Puts a value on one line in place of another; one in block style ends with its line. */
function replace(text: string, { range }: Node, value: string): string {
  const [start, end] = range ?? [0, 0];
  return text.slice(0, start) + value + (text[end - 1] === "\n" ? "\n" : "") + text.slice(end);
}

/** Adds an entry at the end of a map, in the map's own style. */
function append(text: string, map: YAMLMap, entry: string): string {
  const [start, end] = map.range ?? [0, 0];
  if (map.flow === true) {
    const entries = text.slice(start + 1, end - 1).trim();
    return `${text.slice(0, start)}{ ${entries === "" ? "" : `${entries}, `}${entry} }${text.slice(end)}`;
  }
  const indent = " ".repeat(start - text.lastIndexOf("\n", start - 1) - 1);
  const lineEnd = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1;
  const at = lineEnd === 0 ? text.length : lineEnd;
  const before = text.slice(0, at);
  return `${before}${before.endsWith("\n") ? "" : "\n"}${indent}${entry}\n${text.slice(at)}`;
}
