import { formatDuration } from "../model/duration.ts";
import type { Spec } from "../model/service.ts";
import { formatSize } from "../model/size.ts";

/** A declared field for people: where it stands in the file and what it says. */
export interface ConfigurationLine {
  readonly path: string;
  readonly value: string;
}

/**
 * The declared blocks of a service as lines, in the file's order. References to secrets, and values whose key sounds like
 * one, are hidden: the catalog rejects credentials in clear text, and this page is public all the same.
 */
export function configurationLines(spec: Spec): readonly ConfigurationLine[] {
  const lines: ConfigurationLine[] = [];
  for (const [key, value] of Object.entries(spec)) if (!SHOWN_ELSEWHERE.has(key)) flatten([key], value, lines);
  return lines;
}

const SHOWN_ELSEWHERE = new Set(
  "id name description icon project owner type kind status endpoints dependencies slo".split(" "),
);
const HIDDEN = "hidden";
const DEPTH_MAX = 8;
const VALUE_MAX = 200;
const DURATIONS = /(^|_)(timeout|interval|period|retention|deadline|time)$/;
const SIZES = /(^|_)(memory_limit|size)$/;
const SECRETIVE =
  /pass(word|phrase|wd)?|secret|token|credential|private|api_?key|access_?key|auth(?!or)|dsn|connection_?string/i;
const HOLDS_SECRETS = /^(secrets?|credentials?|passwords?|tokens?)$/i;

function flatten(path: readonly string[], value: unknown, into: ConfigurationLine[]): void {
  const key = path.at(-1) ?? "";
  if (value === undefined) return;
  if (isSecretRef(value)) into.push({ path: path.join("."), value: HIDDEN });
  else if (isParent(value) && path.length < DEPTH_MAX) {
    for (const [child, inner] of Object.entries(value)) flatten([...path, child], inner, into);
  } else into.push({ path: path.join("."), value: isSecretive(path) ? HIDDEN : written(key, value) });
}

/** By its own key, or because a mapping around it is there to hold secrets. */
function isSecretive(path: readonly string[]): boolean {
  return SECRETIVE.test(path.at(-1) ?? "") || path.some((key) => HOLDS_SECRETS.test(key));
}

function written(key: string, value: unknown): string {
  let text: string;
  if (typeof value === "number" && DURATIONS.test(key)) text = formatDuration(value);
  else if (typeof value === "number" && SIZES.test(key)) text = formatSize(value);
  else if (Array.isArray(value)) text = value.length === 0 ? "none" : value.map(String).join(", ");
  else if (isEmpty(value)) text = "none";
  else if (typeof value === "boolean") text = value ? "yes" : "no";
  else text = typeof value === "object" ? JSON.stringify(value) : String(value);
  // An address may carry a user and a password in front of its host.
  text = text.replace(/\/\/[^/@\s]*@/g, "//");
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
}

/** Its children have lines of their own; a list of plain values is one line, and so is a block that is declared empty. */
function isParent(value: unknown): value is object {
  if (typeof value !== "object" || value === null || isEmpty(value)) return false;
  return !Array.isArray(value) || value.some((item) => typeof item === "object" && item !== null);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function isSecretRef(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secret" in value && typeof value.secret === "string";
}
