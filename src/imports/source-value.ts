/** A value of a source file with its place, whatever type it turned out to have. */
export interface SourceValue {
  /** Plain data, bounded in depth and number; what stood deeper is left out. */
  readonly value: unknown;
  /** `config.yaml:12`, or `incidents.json: incidents[3].name`. */
  readonly place: string;
  /** Comment lines above it, without their marks. */
  readonly before: string;
  /** Comment behind it on its line. */
  readonly after: string;
  /** Of a mapping, in the file's order, merged ones included; empty for anything else. */
  fields(): ReadonlyMap<string, SourceValue>;
  /** Of a list; empty for anything else. */
  items(): readonly SourceValue[];
}

export type Handlers = Readonly<Record<string, (field: SourceValue) => void>>;

/** Hands each key of a mapping to who knows it, and the others, with a reason where there is one, to `other`. */
export function eachField(
  from: SourceValue,
  handlers: Handlers,
  other: (key: string, field: SourceValue) => void,
): void {
  for (const [key, field] of from.fields()) {
    if (Object.hasOwn(handlers, key)) handlers[key]?.(field);
    else other(key, field);
  }
}

/** A text, or a number or truth value written as one; null for anything else. Never longer than `max`. */
export function textOf(value: unknown, max = 65_536): string | null {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string" || value.length > max) return null;
  return value.toWellFormed();
}

/** One line for people: no line breaks, no control characters, cut at `max`; null where nothing is left. */
export function lineOf(value: unknown, max: number): string | null {
  const text = textOf(value)
    ?.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  if (text === undefined || text === "") return null;
  return text.length <= max
    ? text
    : `${text
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\ufffd$/, "")}…`;
}

/** What a value is, in a word, for reports that must not quote it. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : typeof value === "string" ? "a text" : `a ${typeof value}`;
}
