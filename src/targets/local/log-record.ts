import type { LoggingSpec, LogLevel } from "../../model/service.ts";

/** One line of a service's log. A service's own structured fields stay beside these. */
export interface LogRecord {
  readonly time: string;
  readonly level: LogLevel;
  readonly service: string;
  readonly release: number;
  readonly instance: string;
  readonly stream: "stdout" | "stderr" | "fairlead";
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface LineSource {
  readonly service: string;
  readonly release: number;
  readonly instance: string;
  readonly stream: LogRecord["stream"];
}

const RANKS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * Makes a record of a line that a service wrote. A line of JSON keeps its own time, level and message (the names of
 * pino, bunyan and winston); any other is the message, an error when it came on standard error. Pure.
 */
export function recordOf(line: string, source: LineSource, now: string, structured: boolean): LogRecord {
  const own = structured ? parsedObject(line) : null;
  if (!own) return { time: now, level: source.stream === "stderr" ? "error" : "info", ...source, message: line };
  const { time, timestamp, level, severity, msg, message, service, release, instance, stream, ...rest } = own;
  void [service, release, instance, stream];
  return {
    time: timeOf(time ?? timestamp) ?? now,
    level: levelOf(level ?? severity) ?? "info",
    ...source,
    message: String(msg ?? message ?? ""),
    ...rest,
  };
}

/** False for a record that is less grave than the service's `logging.level`. */
export function passes(record: LogRecord, level: LogLevel): boolean {
  return RANKS[record.level] >= RANKS[level];
}

/** The line as it goes into the file. Text has no control characters, so that a log cannot act on a terminal. */
export function renderRecord(record: LogRecord, format: LoggingSpec["format"]): string {
  if (format === "json") return JSON.stringify(record);
  const { time, level, service, release, instance, stream, message, ...rest } = record;
  void [service, stream];
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const text = [time, level.toUpperCase().padEnd(5), `r${release}`, instance, message, ...fields].join(" ");
  return escapeControls(text);
}

function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function parsedObject(line: string): Record<string, unknown> | null {
  if (!line.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function timeOf(value: unknown): string | null {
  if (typeof value !== "number" && typeof value !== "string") return null;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** pino's numbers (trace 10 … fatal 60), or the usual words. */
function levelOf(value: unknown): LogLevel | null {
  if (typeof value === "number") return value >= 50 ? "error" : value >= 40 ? "warn" : value >= 30 ? "info" : "debug";
  if (typeof value !== "string") return null;
  return WORDS[value.toLowerCase()] ?? null;
}

const WORDS: Readonly<Record<string, LogLevel>> = {
  trace: "debug",
  verbose: "debug",
  debug: "debug",
  info: "info",
  notice: "info",
  log: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  err: "error",
  critical: "error",
  fatal: "error",
};
