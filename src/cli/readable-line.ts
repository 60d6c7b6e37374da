import { escapeTerminal } from "../diagnostics/escape-terminal.ts";

/** What the reader knows from elsewhere: when it is, and whose line it is. */
const KNOWN: ReadonlySet<string> = new Set(["time", "service", "release", "instance", "stream", "level", "message"]);

/**
 * A log line of a service for people who watch it go by: of JSON, which is for programs, its level and message and then its
 * own fields, as long as they fit. Any other line as it is. Controls that a terminal would obey are spelled out. `timed`
 * begins with the time, for lines that are not watched as they come.
 */
export function readableLine(line: string, width: number, timed?: "timed"): string {
  const record = objectIn(line);
  if (record === null) return escapeTerminal(line);
  const { time, level, message } = record;
  const fields = Object.entries(record)
    .filter(([key]) => !KNOWN.has(key))
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  let text = [timed && time, level, message].filter((part) => typeof part === "string" && part !== "").join(" ");
  for (const field of fields) if (text.length + 1 + field.length <= width) text += ` ${field}`;
  return escapeTerminal(text);
}

function objectIn(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
