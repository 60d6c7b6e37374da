import { constructFromEvents, EVENT_ID, type Event, parseEvents, YAMLException } from "js-yaml";
import { expandedSize } from "./expanded-size.ts";
import { STRICT_SCHEMA } from "./yaml-schema.ts";

/** Collections may stand this deep; the deepest block of the schema needs nine. */
export const MAX_DEPTH = 40;

/** Aliases a file may use. js-yaml's own default accepts an alias bomb. */
export const MAX_ALIASES = 20;

/** Values a file may hold once its aliases are followed: an alias bomb is refused before anything walks it. */
export const MAX_VALUES = 50_000;

export type Parsed =
  | { readonly is: "value"; readonly value: unknown }
  /** Something is wrong; `diagnoseYaml` says what and where, at leisure. */
  | { readonly is: "problem" };

/**
 * Text to plain values, by js-yaml: one document, no duplicate or forbidden keys, few aliases. The quick path, which
 * says only whether all is well: a file with a problem is read again by `diagnoseYaml`, which finds all of them. Never throws.
 */
export function parse(text: string): Parsed {
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const documents = constructFromEvents(events, { source: text, schema: STRICT_SCHEMA, maxAliases: MAX_ALIASES });
    if (documents.length !== 1 || documents[0] === undefined || documents[0] === null) return { is: "problem" };
    if (hasAlias(events, text) && expandedSize(documents[0], MAX_VALUES) > MAX_VALUES) return { is: "problem" };
    return { is: "value", value: documents[0] };
  } catch (error) {
    if (error instanceof YAMLException || error instanceof RangeError) return { is: "problem" };
    throw error;
  }
}

/** Searching the text first costs nothing, and most files have no asterisk. */
export function hasAlias(events: readonly Event[], text: string): boolean {
  return text.includes("*") && events.some((event) => event.type === EVENT_ID.ALIAS);
}
