import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createStream, type RotatingFileStream } from "rotating-file-stream";
import type { Bytes, Ms } from "../../model/basics.ts";

/** The file that is being written; earlier ones stand beside it, named by the time of their rotation. */
export const CURRENT_LOG = "current.log";

export interface LogFileOptions {
  /** `logs/<service>` */
  readonly folder: string;
  readonly retentionMs: Ms;
  readonly now: () => Ms;
  /** A file is put aside when it has grown to this. */
  readonly rotateAt?: Bytes;
}

/** One service's log: rotated by size and by day, and emptied of files older than the service's `logging.retention`. */
export class LogFile {
  readonly #stream: RotatingFileStream;
  #options: LogFileOptions;

  constructor(options: LogFileOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.#stream = createStream((time, index) => rotatedName(time, index), {
      path: options.folder,
      size: `${options.rotateAt ?? 10 * 1024 * 1024}B`,
      interval: "1d",
      mode: 0o600,
    });
    this.#stream.on("rotated", () => this.sweep());
    // A full disk: lines are lost, the service goes on.
    this.#stream.on("error", () => undefined);
    this.#stream.on("warning", () => undefined);
    this.sweep();
  }

  retain(retentionMs: Ms): void {
    this.#options = { ...this.#options, retentionMs };
  }

  /** Resolves when the lines are in the file. */
  write(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stream.write(`${lines.join("\n")}\n`, () => resolve());
    });
  }

  /** Removes rotated files that are older than they may become. */
  sweep(): void {
    const oldest = this.#options.now() - this.#options.retentionMs;
    for (const name of rotatedLogs(this.#options.folder)) {
      const file = join(this.#options.folder, name);
      try {
        if (statSync(file).mtimeMs < oldest) rmSync(file);
      } catch {
        // Someone else removed it.
      }
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.end(() => resolve());
    });
  }
}

/** Rotated files of a log folder, oldest first. */
export function rotatedLogs(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".log") && name !== CURRENT_LOG)
      .sort();
  } catch {
    return [];
  }
}

function rotatedName(time: Date | number | null, index?: number): string {
  if (!time) return CURRENT_LOG;
  const stamp = new Date(time).toISOString().replaceAll(":", "-");
  return `${stamp}-${String(index ?? 1).padStart(4, "0")}.log`;
}
