import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Ms } from "../../model/basics.ts";
import type { LoggingSpec, LogLevel } from "../../model/service.ts";
import { LogFile } from "./log-file.ts";
import { type LogRecord, passes, recordOf, renderRecord } from "./log-record.ts";
import { RawOutput } from "./raw-output.ts";

/** Whose output it is, and how its service wants it kept. */
export interface Writer {
  readonly service: string;
  readonly release: number;
  readonly instance: string;
  readonly logging: LoggingSpec;
}

interface Tracked {
  writer: Writer;
  readonly stdout: RawOutput;
  readonly stderr: RawOutput;
  /** The newest lines of standard error, for the report of an exit. */
  lastErrors: readonly string[];
  busy: Promise<void>;
}

const LOOK_EVERY_MS: Ms = 200;
const LAST_ERRORS = 20;

/** Turns what instances write into their services' logs: levels, format, outputs, rotation, retention. */
export class LogCollector {
  readonly #raw: string;
  readonly #logs: string;
  readonly #clock: Clock;
  readonly #console: (service: string, line: string) => void;
  readonly #tracked = new Map<string, Tracked>();
  readonly #files = new Map<string, LogFile>();
  readonly #closing = new AbortController();
  readonly #loop: Promise<void>;

  constructor({
    raw,
    logs,
    clock,
    console,
  }: {
    readonly raw: string;
    readonly logs: string;
    readonly clock: Clock;
    /** Gets the lines of services whose `outputs` name the console. */
    readonly console: (service: string, line: string) => void;
  }) {
    this.#raw = raw;
    this.#logs = logs;
    this.#clock = clock;
    this.#console = console;
    mkdirSync(raw, { recursive: true, mode: 0o700 });
    this.#loop = this.#run();
  }

  /** Begins to read an instance's output, or goes on where an earlier agent stopped; told again, it learns a new release. */
  track(writer: Writer): void {
    const known = this.#tracked.get(writer.instance);
    if (known) known.writer = writer;
    else
      this.#tracked.set(writer.instance, {
        writer,
        stdout: new RawOutput(this.#path(writer.instance, "out")),
        stderr: new RawOutput(this.#path(writer.instance, "err")),
        lastErrors: [],
        busy: Promise.resolve(),
      });
    this.#files.get(writer.service)?.retain(writer.logging.retention);
  }

  /** Files for an instance to write to, in append mode; the caller closes its two ends after the start. */
  openFor(instance: string): { readonly output: number; readonly errors: number; close(): void } {
    const output = openSync(this.#path(instance, "out"), "a", 0o600);
    const errors = openSync(this.#path(instance, "err"), "a", 0o600);
    return {
      output,
      errors,
      close: () => {
        closeSync(output);
        closeSync(errors);
      },
    };
  }

  /** Reads all there is of an ended process and returns its last lines on standard error. */
  async lastErrors(instance: string): Promise<readonly string[]> {
    const tracked = this.#tracked.get(instance);
    if (!tracked) return [];
    await this.#collect(tracked, true);
    const { lastErrors } = tracked;
    tracked.lastErrors = [];
    return lastErrors;
  }

  /** Reads the rest and forgets the instance and its files. */
  async untrack(instance: string): Promise<void> {
    const tracked = this.#tracked.get(instance);
    if (!tracked) return;
    this.#tracked.delete(instance);
    await this.#collect(tracked, true);
    tracked.stdout.remove();
    tracked.stderr.remove();
  }

  /** Adds a line of our own to a service's log. */
  async note(instance: string, level: LogLevel, message: string): Promise<void> {
    const tracked = this.#tracked.get(instance);
    if (!tracked) return;
    const { logging, ...source } = tracked.writer;
    const record: LogRecord = { time: this.#time(), level, ...source, stream: "fairlead", message };
    await this.#keep(tracked.writer, [record]);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    for (const tracked of this.#tracked.values()) {
      await this.#collect(tracked, false);
      tracked.stdout.close();
      tracked.stderr.close();
    }
    await Promise.all([...this.#files.values()].map((file) => file.close()));
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let lastSweep = this.#clock.monotonic();
    while (!signal.aborted) {
      for (const tracked of [...this.#tracked.values()]) await this.#collect(tracked, false);
      if (this.#clock.monotonic() - lastSweep > 3_600_000) {
        lastSweep = this.#clock.monotonic();
        for (const file of this.#files.values()) file.sweep();
      }
      await this.#clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  /** One reading of an instance's output at a time. */
  #collect(tracked: Tracked, final: boolean): Promise<void> {
    tracked.busy = tracked.busy.then(async () => {
      for (const stream of ["stdout", "stderr"] as const) {
        const output = tracked[stream];
        for (;;) {
          const lines = output.read(final);
          if (lines.length === 0) break;
          if (stream === "stderr") tracked.lastErrors = [...tracked.lastErrors, ...lines].slice(-LAST_ERRORS);
          const { logging, ...source } = tracked.writer;
          const now = this.#time();
          const records = lines.map((line) => recordOf(line, { ...source, stream }, now, logging.structured));
          await this.#keep(tracked.writer, records);
          output.keep();
        }
      }
    });
    return tracked.busy;
  }

  async #keep({ service, logging }: Writer, records: readonly LogRecord[]): Promise<void> {
    const lines = records
      .filter((record) => passes(record, logging.level))
      .map((record) => renderRecord(record, logging.format));
    if (logging.outputs.includes("console")) for (const line of lines) this.#console(service, line);
    if (logging.outputs.includes("file")) await this.#fileOf(service, logging.retention).write(lines);
  }

  #fileOf(service: string, retentionMs: Ms): LogFile {
    let file = this.#files.get(service);
    if (!file) {
      file = new LogFile({ folder: join(this.#logs, service), retentionMs, now: this.#clock.now });
      this.#files.set(service, file);
    }
    return file;
  }

  #time(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  #path(instance: string, kind: "out" | "err"): string {
    return join(this.#raw, `${instance}.${kind}`);
  }
}
