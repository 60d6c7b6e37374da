import { parseEvents } from "js-yaml";
import { type SourceIndex, sourceIndex } from "../diagnostics/source-index.ts";
import type { Diagnostic, SourceRange } from "../model/diagnostic.ts";
import { type LocatedNode, locate } from "./locate.ts";
import { coverCredentials, maskCredentials } from "./mask-credentials.ts";
import { MAX_DEPTH } from "./parse.ts";
import type { Problem } from "./problem.ts";

/** Keys and list positions from the top of a file. */
export type KeyPath = readonly string[];

/** Where a path was found, or how far it could be followed. */
export interface Spot {
  /** How many keys of the path are there. */
  readonly depth: number;
  /** The value, on its first line: a block is shown by its key. */
  readonly value: readonly [start: number, end: number];
  /** The key that leads to it; the value where there is none (list items, the top). */
  readonly key: readonly [start: number, end: number];
}

/** A file's text with its positions, found on the first question: most files have nothing to report and never pay for it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  find(keys: KeyPath): Spot;
  rangeAt(start: number, end: number): SourceRange;
  diagnostic(problem: Problem): Diagnostic;
}

export function sourceFile(path: string, text: string): SourceFile {
  let index: SourceIndex | undefined;
  let root: LocatedNode | null | undefined;
  const lines = (): SourceIndex => {
    index ??= sourceIndex(text);
    return index;
  };
  return {
    path,
    text,
    find(keys) {
      if (root === undefined) root = rootOf(text);
      return root ? follow(root, keys, text) : { depth: 0, value: [0, 0], key: [0, 0] };
    },
    rangeAt: (start, end) => lines().rangeAt(path, start, end),
    diagnostic({ start, end, ...rest }) {
      const range = lines().rangeAt(path, start, end);
      // Sentences quote values, and what they quote may be a credential as well.
      const summary = coverCredentials(rest.summary);
      return { ...rest, summary, range, line: maskCredentials(lines().lineAt(range.start.line)) };
    },
  };
}

function rootOf(text: string): LocatedNode | null {
  try {
    return locate(parseEvents(text, { maxDepth: MAX_DEPTH }), text).root;
  } catch {
    return null; // a file with a syntax error: its own diagnostics say where
  }
}

function follow(root: LocatedNode, keys: KeyPath, text: string): Spot {
  let node = root;
  let key: readonly [number, number] | null = firstKey(root);
  let depth = 0;
  for (const name of keys) {
    const entry = node.entries?.get(name);
    const item = node.items?.[/^\d+$/.test(name) ? Number(name) : -1];
    const next = entry?.value ?? item;
    if (!next) break;
    key = entry ? [entry.keyStart, entry.keyEnd] : null;
    node = next;
    depth++;
  }
  const value = node.kind === "block" && key ? key : onFirstLine(node, text);
  return { depth, value, key: key ?? value };
}

/** The top of a file is shown by its first key. */
function firstKey(root: LocatedNode): readonly [number, number] | null {
  for (const entry of root.entries?.values() ?? []) return [entry.keyStart, entry.keyEnd];
  return null;
}

function onFirstLine(node: LocatedNode, text: string): readonly [number, number] {
  const end = Math.max(node.start, node.end);
  const length = text.slice(node.start, end).search(/[\r\n]/);
  return [node.start, length < 0 ? end : node.start + length];
}
