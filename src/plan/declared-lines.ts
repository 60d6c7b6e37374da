import { formatDuration } from "../model/duration.ts";
import type { Spec } from "../model/service.ts";
import { isSecretRef } from "./secret-refs.ts";
import { shownValue } from "./shown-value.ts";

/** What says who a service is, and how it is described and logged: nothing of it decides what runs, or who may reach it. */
const WORDS_ALONE: ReadonlySet<string> = new Set([
  "id",
  "name",
  "description",
  "icon",
  "owner",
  "project",
  "type",
  "kind",
  "logging",
  "metrics",
  "testing",
]);

const DURATIONS =
  /^(?:interval|timeout|start_period|min_healthy_time|healthy_deadline|progress_deadline|drain_time|retention)$/;

/**
 * Everything that a new service says of what runs, a field a line. It has no diff that would show its variables, hosts or what it
 * lets be applied without anybody's leave; whoever approves it has to see them. Not escaped.
 */
export function declaredLines(spec: Spec): string[] {
  const lines: string[] = [];
  const visit = (value: unknown, path: readonly string[]): void => {
    if (value === undefined) return;
    const isMapping = typeof value === "object" && value !== null && !Array.isArray(value) && !isSecretRef(value);
    const keys = isMapping ? Object.keys(value).sort() : [];
    for (const key of keys) visit((value as Readonly<Record<string, unknown>>)[key], [...path, key]);
    if (keys.length > 0 || isEmpty(value)) return;
    const isDuration = typeof value === "number" && DURATIONS.test(path.at(-1) ?? "");
    lines.push(`${path.join(".")}: ${isDuration ? formatDuration(value) : shownValue(value)}`);
  };
  for (const key of Object.keys(spec).sort()) if (!WORDS_ALONE.has(key)) visit(spec[key as keyof Spec], [key]);
  return lines;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
