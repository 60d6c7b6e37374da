import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { Clock } from "../../model/basics.ts";
import { CURRENT_LOG, rotatedLogs } from "./log-file.ts";
import type { LogRecord } from "./log-record.ts";

export interface LogLine {
  /** As it stands in the file; may hold control characters when the format is JSON-escaped only. */
  readonly text: string;
  /** Null where the service's `logging.format` is text. */
  readonly record: LogRecord | null;
}

export interface ReadLogsOptions {
  /** `runtimeFolder(…).logs` */
  readonly logs: string;
  readonly service: string;
  /** How many lines to begin with. */
  readonly lines: number;
  /** Go on as more is written, until `signal` aborts. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Reads a service's log, oldest line first. Needs no agent: it reads files. A service that never wrote yields nothing. */
export async function* readLogs(options: ReadLogsOptions): AsyncGenerator<LogLine, void, undefined> {
  const folder = join(options.logs, options.service);
  const start = positionNow(join(folder, CURRENT_LOG));
  for (const text of lastLines(folder, options.lines, start.size)) yield lineOf(text);
  if (options.follow) for await (const text of following(folder, start, options)) yield lineOf(text);
}

interface Position {
  readonly inode: number;
  readonly size: number;
}

function positionNow(path: string): Position {
  try {
    const { ino, size } = statSync(path);
    return { inode: ino, size };
  } catch {
    return { inode: 0, size: 0 };
  }
}

function lastLines(folder: string, count: number, currentSize: number): readonly string[] {
  let lines: string[] = [];
  for (const name of [CURRENT_LOG, ...[...rotatedLogs(folder)].reverse()]) {
    if (lines.length >= count) break;
    try {
      const content = readFileSync(join(folder, name));
      const text = (name === CURRENT_LOG ? content.subarray(0, currentSize) : content).toString("utf8");
      lines = [...text.split("\n").filter((line) => line !== ""), ...lines];
    } catch {
      // Swept away, or not there yet.
    }
  }
  return count === 0 ? [] : lines.slice(-count);
}

async function* following(
  folder: string,
  start: Position,
  { signal, clock }: ReadLogsOptions,
): AsyncGenerator<string, void, undefined> {
  const path = join(folder, CURRENT_LOG);
  let { inode, size: offset } = start;
  let rest = "";
  let decoder = new StringDecoder("utf8");
  let fd: number | null = null;
  try {
    while (!signal.aborted) {
      const now = positionNow(path);
      if (fd === null || now.inode !== inode) {
        // Rotated: what was still written to the old file is read from the descriptor that is open on it.
        if (fd !== null) {
          rest += decoder.write(readFrom(fd, offset));
          closeSync(fd);
          offset = 0;
          decoder = new StringDecoder("utf8");
        }
        fd = open(path);
        if (fd !== null) {
          const opened = fstatSync(fd);
          if (opened.ino !== inode) offset = 0;
          inode = opened.ino;
        }
      }
      if (fd !== null) {
        const chunk = readFrom(fd, offset);
        offset += chunk.length;
        const parts = (rest + decoder.write(chunk)).split("\n");
        rest = parts.pop() ?? "";
        for (const line of parts) if (line !== "") yield line;
      }
      await clock.sleep(150, signal);
    }
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function open(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch {
    return null;
  }
}

function readFrom(fd: number, offset: number): Buffer {
  const chunk = Buffer.alloc(Math.max(0, fstatSync(fd).size - offset));
  return chunk.subarray(0, chunk.length === 0 ? 0 : readSync(fd, chunk, 0, chunk.length, offset));
}

function lineOf(text: string): LogLine {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "message" in value) return { text, record: value as LogRecord };
  } catch {
    // The format is text.
  }
  return { text, record: null };
}
