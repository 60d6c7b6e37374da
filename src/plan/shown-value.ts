import { formatDuration } from "../model/duration.ts";
import type { FieldFormat } from "../model/impact.ts";
import type { FieldChange } from "../model/plan.ts";
import { formatSize } from "../model/size.ts";
import { concealedSides } from "./mask-secrets.ts";
import { isSecretRef } from "./secret-refs.ts";

/** A changed field in words: one line each, nothing secret in them, and not yet escaped for any sink. */
export interface ShownChange {
  readonly path: string;
  /** Null: not there on that side. */
  readonly before: string | null;
  readonly after: string | null;
}

/** A change as the renderers show it. */
export function shownChange(change: FieldChange): ShownChange {
  const { path, format } = change;
  const concealed = concealedSides(change);
  const isCode = path[0] === "source" || path[0] === "watch";
  const side = (name: "before" | "after"): string | null => {
    const value = change[name];
    if (value === undefined) return null;
    if (concealed[name] && !isSecretRef(value)) return "(text in clear, not shown)";
    if (isCode && typeof value === "string" && OBJECT_ID.test(value)) return value.slice(0, 12);
    return shownValue(value, format);
  };
  return { path: shownPath(path), before: side("before"), after: side("after") };
}

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A typed value as a service file could write it, on one line. */
export function shownValue(value: unknown, format?: FieldFormat): string {
  if (isSecretRef(value))
    return `secret ${value.secret}${value.version === undefined ? "" : ` (version ${value.version.slice(0, 12)})`}`;
  if (typeof value === "number" && format === "duration") return formatDuration(value);
  if (typeof value === "number" && format === "size") return formatSize(value);
  if (typeof value === "string") return PLAIN.test(value) && !MISREAD.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => shownValue(item)).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `${PLAIN.test(key) ? key : JSON.stringify(key)}: ${shownValue(item)}`)
      .join(", ")}}`;
  return String(value);
}

const PLAIN = /^[\p{L}\p{N}_./@%+-][\p{L}\p{N}_./:@%+*=~?& -]*$/u;
/** What YAML, or a reader of the plan, would take for something else than a text. */
const MISREAD = /^(?:unset|null|true|false|yes|no|on|off|~|[-+.\d][\d_.,eE+-]*|secret .*|.*\s|.*: .*)$/i;

function shownPath(path: readonly string[]): string {
  return path.map((key) => (/^[^\s."]+$/.test(key) ? key : JSON.stringify(key))).join(".");
}
