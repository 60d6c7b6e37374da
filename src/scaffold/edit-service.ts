import { isDeepStrictEqual } from "node:util";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  type Node,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
} from "yaml";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";

/** One field to set. */
export interface FieldEdit {
  /** Keys from the top of the file. */
  readonly path: readonly string[];
  /** YAML on one line: a scalar, or a list or mapping in brackets. */
  readonly value: string;
}

/**
 * A service file with some fields set: every other byte, comments and layout included, stays as it is. What was read before and
 * after is compared, so that nothing but these fields can have changed; null where that cannot be done. A field that has its
 * value already is left alone, so that the same edit again gives the same text.
 */
export function editService(text: string, edits: readonly FieldEdit[]): Diagnosed<string | null> {
  let edited = text;
  for (const edit of edits) {
    const next = withField(edited, edit);
    if (next.value === null) return next;
    edited = next.value;
  }
  return { value: edited, diagnostics: [] };
}

/** `PATH=VALUE` as a person types it; null where it is not that. */
export function fieldEdit(argument: string): Diagnosed<FieldEdit | null> {
  const at = argument.indexOf("=");
  const path = at < 0 ? [] : argument.slice(0, at).split(".");
  const value = argument.slice(at + 1).trim();
  if (path.length === 0 || path.some((key) => key.trim() !== key || key === ""))
    return { value: null, diagnostics: [unreadable(argument, "it is not PATH=VALUE")] };
  const problem = problemOfValue(value);
  if (problem !== null) return { value: null, diagnostics: [unreadable(argument, problem)] };
  return { value: { path, value }, diagnostics: [] };
}

function problemOfValue(value: string): string | null {
  if (value === "") return 'it has no value: an empty text is ""';
  if (/[\r\n]/.test(value)) return "its value is more than one line";
  const document = parseDocument(value);
  const { contents } = document;
  if (document.errors.length > 0 || contents === null) return "its value is not YAML";
  if (isMap(contents) && contents.flow !== true) return "its value reads as a mapping: put it in quotes or braces";
  if (isAlias(contents) || contents.anchor !== undefined || contents.tag !== undefined)
    return "its value has an anchor, alias or tag";
  if (contents.comment || document.comment || document.commentBefore) return "its value has a comment";
  return null;
}

function withField(text: string, edit: FieldEdit): Diagnosed<string | null> {
  const document = parseDocument(text);
  const impossible = (why: string): Diagnosed<null> => ({ value: null, diagnostics: [notPossible(edit, why)] });
  if (document.errors.length > 0) return impossible("the file is not YAML as it is");
  const wanted: unknown = parseDocument(edit.value).toJS();
  const before: unknown = document.toJS();
  const place = placeOf(document, edit.path);
  if (typeof place === "string") return impossible(place);
  if (isDeepStrictEqual(valueAt(before, edit.path), wanted)) return { value: text, diagnostics: [] };
  const expected = withValueAt(before, edit.path, wanted);
  for (const value of new Set([edit.value, inBrackets(wanted)])) {
    const edited = splice(text, place, value);
    const after = parseDocument(edited);
    if (after.errors.length === 0 && isDeepStrictEqual(after.toJS(), expected))
      return { value: edited, diagnostics: [] };
  }
  return impossible("other fields would change with it");
}

/** Where a value goes: in place of one that is there, or as a new key of a mapping. */
type Place =
  | { readonly is: "replace"; readonly pair: Pair<Node, Node | null> }
  | { readonly is: "add"; readonly map: YAMLMap<Node, Node | null>; readonly keys: readonly string[] }
  /** Below a key that stands without a value. */
  | {
      readonly is: "begin";
      readonly map: YAMLMap<Node, Node | null>;
      readonly pair: Pair<Node, Node | null>;
      readonly keys: readonly string[];
    };

/** A sentence where there is no such place. */
function placeOf(document: Document.Parsed, path: readonly string[]): Place | string {
  let map: unknown = document.contents;
  for (const [index, key] of path.entries()) {
    const at = path.slice(0, index).join(".");
    if (isAlias(map)) return `\`${at}\` is an alias: what it stands for is set elsewhere`;
    if (!isMap<Node, Node | null>(map)) return `\`${at}\` is no mapping: set it as a whole`;
    const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair === undefined) return { is: "add", map, keys: path.slice(index) };
    const { value } = pair;
    if (value !== null && !isAlias(value) && (value.anchor !== undefined || value.tag !== undefined))
      return `\`${path.slice(0, index + 1).join(".")}\` has an anchor or a tag`;
    if (index === path.length - 1) return { is: "replace", pair };
    if (isEmpty(value)) return { is: "begin", map, pair, keys: path.slice(index + 1) };
    map = value;
  }
  return "it names no field";
}

function splice(text: string, place: Place, value: string): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const put = (from: number, to: number, what: string): string => text.slice(0, from) + what + text.slice(to);
  if (place.is === "replace") {
    const node = place.pair.value;
    const colon = afterColon(text, place.pair);
    if (node === null || isEmpty(node)) return put(colon, colon, ` ${value}`);
    const [from, to] = rangeOf(node);
    if (isBlock(node)) return put(colon, leafEnd(node), ` ${value}`);
    // The text of a block scalar ends with its line.
    return put(from, to, text[to - 1] === "\n" && from < to ? `${value}${newline}` : value);
  }
  const { map, keys } = place;
  if (map.flow === true) {
    const inFlow = flowOf(keys, value);
    if (place.is === "begin") {
      const colon = afterColon(text, place.pair);
      return put(colon, colon, ` { ${inFlow} }`);
    }
    const last = map.items.at(-1);
    const [from, to] = rangeOf(map);
    if (last === undefined) return put(from, to, `{ ${inFlow} }`);
    const end = pairEnd(last);
    return put(end, end, `, ${inFlow}`);
  }
  const first = map.items[0];
  const column = first === undefined ? 0 : columnOf(text, rangeOf(first.key)[0]);
  const after = place.is === "begin" ? place.pair : map.items.at(-1);
  const end = after === undefined ? text.length : lineEnd(text, pairEnd(after));
  const lines = blockOf(keys, value, place.is === "begin" ? column + 2 : column, newline);
  const gap = end > 0 && text[end - 1] !== "\n" ? newline : "";
  return put(end, end, `${gap}${lines}${newline}`);
}

function blockOf(keys: readonly string[], value: string, column: number, newline: string): string {
  return keys
    .map((key, index) => {
      const end = index === keys.length - 1 ? ` ${value}` : "";
      return `${" ".repeat(column + 2 * index)}${keyText(key)}:${end}`;
    })
    .join(newline);
}

function flowOf([key = "", ...rest]: readonly string[], value: string): string {
  return `${keyText(key)}: ${rest.length === 0 ? value : `{ ${flowOf(rest, value)} }`}`;
}

function keyText(key: string): string {
  return inBrackets(key);
}

/** A value as it may stand among others in brackets, where more has to be quoted than elsewhere. */
function inBrackets(value: unknown): string {
  return stringify([value], { collectionStyle: "flow", lineWidth: 0 })
    .trim()
    .replace(/^\[\s*|\s*\]$/g, "");
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && node.source === "");
}

function isBlock(node: Node): boolean {
  return "items" in node && (node as YAMLMap).flow !== true;
}

function rangeOf(node: Node): readonly [number, number] {
  const range = node.range;
  if (!range) throw new TypeError("a parsed node has no place");
  return [range[0], range[1]];
}

function afterColon(text: string, { key }: Pair<Node, Node | null>): number {
  return text.indexOf(":", rangeOf(key)[1]) + 1;
}

/** Where the last thing of a node ends; the range of a block mapping takes in the comments behind it. */
function leafEnd(node: Node): number {
  if (!isBlock(node)) return rangeOf(node)[1];
  const last = (node as YAMLMap<Node, Node | null>).items.at(-1) as Pair<Node, Node | null> | Node | undefined;
  if (last === undefined) return rangeOf(node)[1];
  return "key" in last ? pairEnd(last as Pair<Node, Node | null>) : leafEnd(last as Node);
}

function pairEnd({ key, value }: Pair<Node, Node | null>): number {
  return value === null ? rangeOf(key)[1] : leafEnd(value);
}

/** Behind the line break of the line in which `offset` stands. */
function lineEnd(text: string, offset: number): number {
  if (text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

function valueAt(from: unknown, path: readonly string[]): unknown {
  let here = from;
  for (const key of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

function withValueAt(from: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const map = (from ?? {}) as Record<string, unknown>;
  return { ...map, [key]: withValueAt(map[key], rest, value) };
}

function unreadable(argument: string, why: string): Diagnostic {
  return {
    code: "field-edit-unreadable",
    severity: "error",
    summary: `\`${argument}\` cannot be set: ${why}`,
    hint: "write PATH=VALUE, such as `runtime.replicas=3` or `'dependencies=[stock, cache]'`",
  };
}

function notPossible({ path }: FieldEdit, why: string): Diagnostic {
  return {
    code: "field-edit-impossible",
    severity: "error",
    summary: `\`${path.join(".")}\` cannot be set: ${why}`,
    hint: "edit the file by hand",
  };
}
