import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type ScalarEvent } from "js-yaml";
import { FORBIDDEN_KEYS } from "./yaml-schema.ts";

/** Where a value stands in its text, and its parts; offsets in UTF-16 units, `end` exclusive. */
export interface LocatedNode {
  readonly kind: "scalar" | "flow" | "block";
  readonly start: number;
  end: number;
  /** Text of a scalar, decoded. */
  readonly text?: string;
  readonly plain?: boolean;
  readonly entries?: Map<string, LocatedEntry>;
  readonly items?: LocatedNode[];
}

interface LocatedEntry {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: LocatedNode;
}

/** What the walk notices that makes a file unusable, though its syntax is right. */
export type Oddity =
  | {
      readonly is: "duplicate";
      readonly key: string;
      readonly first: number;
      readonly start: number;
      readonly end: number;
    }
  | { readonly is: "key"; readonly key: string; readonly start: number; readonly end: number }
  | { readonly is: "complex-key"; readonly start: number; readonly end: number }
  | {
      readonly is: "alias";
      readonly name: string;
      readonly known: boolean;
      readonly start: number;
      readonly end: number;
    }
  | { readonly is: "tag"; readonly tag: string; readonly start: number; readonly end: number }
  | { readonly is: "document"; readonly start: number; readonly end: number };

export interface Located {
  /** The first document's content; null where there is none. */
  readonly root: LocatedNode | null;
  readonly oddities: readonly Oddity[];
}

/**
 * Builds the tree of positions from parser events. Costs about as much as parsing, so it is made only for files of which
 * a position is wanted. Keys are looked up in Maps: a key called `__proto__` is a key like any other here.
 */
export function locate(events: readonly Event[], text: string): Located {
  const oddities: Oddity[] = [];
  const anchors = new Map<string, LocatedNode>();
  const frames: Frame[] = [];
  let root: LocatedNode | null = null;
  let documents = 0;
  let last = 0;

  const place = (node: LocatedNode, complex: boolean): void => {
    const frame = frames.at(-1);
    if (!frame) {
      if (documents === 1) root = node;
    } else if (frame.node.items) frame.node.items.push(node);
    else if (frame.key === null) {
      if (complex) oddities.push({ is: "complex-key", start: node.start, end: firstLine(text, node) });
      frame.key = node;
    } else {
      addEntry(frame.node, frame.key, node, oddities);
      frame.key = null;
    }
  };
  const open = (node: LocatedNode): void => {
    frames.push({ node, key: null });
  };

  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        documents++;
        frames.length = 0;
        anchors.clear();
        if (documents === 2) oddities.push({ is: "document", ...separatorAfter(text, last) });
        break;
      case EVENT_ID.SCALAR: {
        const node = scalarNode(event, text, last);
        last = Math.max(last, node.end);
        noteTag(event, text, oddities, false);
        if (event.anchorStart >= 0) anchors.set(text.slice(event.anchorStart, event.anchorEnd), node);
        place(node, false);
        break;
      }
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const isMapping = event.type === EVENT_ID.MAPPING;
        const node: LocatedNode = {
          kind: event.style === 2 ? "flow" : "block",
          start: event.start,
          end: event.start,
          ...(isMapping ? { entries: new Map() } : { items: [] }),
        };
        last = Math.max(last, event.start + (node.kind === "flow" ? 1 : 0));
        noteTag(event, text, oddities, true);
        if (event.anchorStart >= 0) anchors.set(text.slice(event.anchorStart, event.anchorEnd), node);
        open(node);
        break;
      }
      case EVENT_ID.ALIAS: {
        const name = text.slice(event.anchorStart, event.anchorEnd);
        const target = anchors.get(name);
        const start = event.anchorStart - 1;
        oddities.push({ is: "alias", name, known: target !== undefined, start, end: event.anchorEnd });
        last = Math.max(last, event.anchorEnd);
        place(target ?? { kind: "scalar", start, end: event.anchorEnd }, target?.text === undefined);
        break;
      }
      case EVENT_ID.POP: {
        const frame = frames.pop();
        if (!frame) break; // the document's own end
        if (frame.node.kind === "flow") last = closeFlow(text, last);
        frame.node.end = Math.max(last, frame.node.start);
        place(frame.node, true);
        break;
      }
    }
  }
  return { root, oddities };
}

interface Frame {
  readonly node: LocatedNode;
  key: LocatedNode | null;
}

function addEntry(map: LocatedNode, key: LocatedNode, value: LocatedNode, oddities: Oddity[]): void {
  const name = key.text ?? "";
  const before = map.entries?.get(name);
  if (before && key.text !== undefined)
    oddities.push({ is: "duplicate", key: name, first: before.keyStart, start: key.start, end: key.end });
  else if (FORBIDDEN_KEYS.has(name)) oddities.push({ is: "key", key: name, start: key.start, end: key.end });
  // As the lenient reading does: of two equal keys the later one counts.
  map.entries?.set(name, { keyStart: key.start, keyEnd: key.end, value });
}

/** Events carry the inside of a quoted scalar; people see the quotes too. An empty value stands where the last text ended. */
function scalarNode(event: ScalarEvent, text: string, last: number): LocatedNode {
  if (event.valueStart < 0) {
    const at = event.tagEnd >= 0 ? event.tagEnd : event.anchorEnd >= 0 ? event.anchorEnd : last;
    return { kind: "scalar", start: at, end: at, text: "", plain: true };
  }
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
  return {
    kind: "scalar",
    start: event.valueStart - quoted,
    end: event.valueEnd + quoted,
    text: getScalarValue(text, event),
    plain: event.style === SCALAR_STYLE.PLAIN,
  };
}

const CORE_TAGS = new Set(["!", "!!str", "!!null", "!!bool", "!!int", "!!float", "!!seq", "!!map"]);

function noteTag(
  event: { readonly tagStart: number; readonly tagEnd: number },
  text: string,
  oddities: Oddity[],
  collection: boolean,
): void {
  if (event.tagStart < 0) return;
  const tag = text.slice(event.tagStart, event.tagEnd).replace(/^!<tag:yaml\.org,2002:(.*)>$/, "!!$1");
  const fits = tag === "!" || (CORE_TAGS.has(tag) && (tag === "!!seq" || tag === "!!map") === collection);
  if (!fits) oddities.push({ is: "tag", tag, start: event.tagStart, end: event.tagEnd });
}

/** The end of a flow collection whose last part ended at `from`: behind the bracket, past spaces, commas and comments. */
function closeFlow(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === "]" || char === "}") return at + 1;
    if (char === "#" && /\s/.test(text[at - 1] ?? "")) {
      const end = text.indexOf("\n", at);
      if (end < 0) return from;
      at = end;
    } else if (char === undefined || !/[\s,:?]/.test(char)) return from;
  }
  return from;
}

function separatorAfter(text: string, from: number): { start: number; end: number } {
  const match = /^(?:---|\.\.\.)/m.exec(text.slice(from));
  const start = match ? from + match.index : Math.min(from, text.length);
  return { start, end: Math.min(start + 3, text.length) };
}

function firstLine(text: string, node: LocatedNode): number {
  const end = text.slice(node.start, node.end).search(/[\r\n]/);
  return end < 0 ? node.end : node.start + end;
}
