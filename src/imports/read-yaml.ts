import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { SourceValue } from "./source-value.ts";

/** How much is read of one file: an alias can stand for a thousand others. */
const NODES_MAX = 200_000;
const ALIASES_MAX = 2_000;
const DEPTH_MAX = 30;

/** YAML as located values with their comments; a sentence where it is none. */
export function readYaml(path: string, text: string): SourceValue | string {
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: "silent" });
  } catch {
    return "it cannot be read as YAML";
  }
  const [problem] = document.errors;
  if (problem !== undefined)
    return `it is not YAML: line ${lines.linePos(problem.pos[0]).line}, ${problem.code.toLowerCase().replaceAll("_", " ")}`;
  const reader = { document, nodes: 0, aliases: 0 };
  const placeOf = (node: Node | null, otherwise: string): string =>
    node?.range ? `${path}:${lines.linePos(node.range[0]).line}` : otherwise;

  const located = ({ given, otherwise, before, inside, depth }: Place): SourceValue => {
    const node = resolved(given, reader);
    const place = placeOf(given, otherwise);
    let plain: { readonly value: unknown } | undefined;
    return {
      get value() {
        plain ??= { value: plainOf(node, reader, depth) };
        return plain.value;
      },
      place,
      before,
      // What stands below a collection may speak of what comes next: it goes there.
      after: isCollection(node) ? "" : (given?.comment ?? ""),
      fields() {
        const found = new Map<string, SourceValue>();
        if (!isMap(node) || depth > DEPTH_MAX) return found;
        let comment = inside;
        for (const [key, { value, above, keyNode }] of entriesOf(node, reader, 0)) {
          const own = isCollection(value) ? "" : (value?.commentBefore ?? "");
          found.set(
            key,
            located({
              given: value,
              otherwise: placeOf(keyNode, place),
              before: joined(comment, above, own),
              inside: isCollection(value) ? (value.commentBefore ?? "") : "",
              depth: depth + 1,
            }),
          );
          comment = below(value, 0);
        }
        return found;
      },
      items() {
        if (!isSeq(node) || depth > DEPTH_MAX) return [];
        let comment = inside;
        return node.items.map((item) => {
          const value = nodeOf(item);
          const before = joined(comment, value?.commentBefore ?? "");
          comment = below(value, 0);
          return located({ given: value, otherwise: place, before, inside: "", depth: depth + 1 });
        });
      },
    };
  };
  const { contents, commentBefore } = document;
  return located({ given: contents, otherwise: path, before: "", inside: commentBefore ?? "", depth: 0 });
}

interface Place {
  readonly given: Node | null;
  readonly otherwise: string;
  /** The comment above it. */
  readonly before: string;
  /** The comment above its first item. */
  readonly inside: string;
  readonly depth: number;
}

/** Comments behind the last line of a collection, wherever in it the parser has put them. */
function below(node: Node | null, depth: number): string {
  if (!isCollection(node) || depth > DEPTH_MAX) return "";
  const last: unknown = node.items.at(-1);
  const inner = isPair(last) ? nodeOf(last.value) : nodeOf(last);
  return joined(below(inner, depth + 1), node.comment ?? "");
}

function joined(...comments: readonly string[]): string {
  return comments.filter((one) => one !== "").join("\n");
}

interface Reader {
  readonly document: Document;
  nodes: number;
  aliases: number;
}

interface Found {
  readonly value: Node | null;
  readonly above: string;
  readonly keyNode: Node | null;
}

/** A mapping's pairs; those that `<<` merges come in where the mapping does not say otherwise. */
function entriesOf(map: YAMLMap, reader: Reader, depth: number): Map<string, Found> {
  const own = new Map<string, Found>();
  const merged = new Map<string, Found>();
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : null;
    if (key === null || ++reader.nodes > NODES_MAX) continue;
    if (key === "<<" && depth < 5) {
      const value = resolved(nodeOf(pair.value), reader);
      for (const one of isSeq(value) ? value.items : [value]) {
        const from = resolved(nodeOf(one), reader);
        if (!isMap(from)) continue;
        for (const [name, found] of entriesOf(from, reader, depth + 1))
          if (!merged.has(name)) merged.set(name, { ...found, above: "" });
      }
      continue;
    }
    const keyNode = nodeOf(pair.key);
    own.set(key, { value: nodeOf(pair.value), above: keyNode?.commentBefore ?? "", keyNode });
  }
  for (const [key, found] of merged) if (!own.has(key)) own.set(key, found);
  return own;
}

function resolved(node: Node | null, reader: Reader): Node | null {
  let at = node;
  for (let hops = 0; isAlias(at); hops++) {
    if (hops > 10 || ++reader.aliases > ALIASES_MAX) return null;
    at = at.resolve(reader.document) ?? null;
  }
  return at;
}

function plainOf(given: unknown, reader: Reader, depth: number): unknown {
  if (depth > DEPTH_MAX || ++reader.nodes > NODES_MAX) return undefined;
  const node = resolved(nodeOf(given), reader);
  if (isScalar(node)) return typeof node.value === "bigint" ? Number(node.value) : node.value;
  if (isSeq(node)) return node.items.map((item) => plainOf(item, reader, depth + 1));
  if (!isMap(node)) return undefined;
  return Object.fromEntries(
    [...entriesOf(node, reader, 0)]
      .filter(([key]) => key !== "__proto__")
      .map(([key, { value }]) => [key, plainOf(value, reader, depth + 1)]),
  );
}

function nodeOf(value: unknown): Node | null {
  return isScalar(value) || isCollection(value) || isAlias(value) ? value : null;
}
