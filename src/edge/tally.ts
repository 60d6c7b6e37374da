import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

/** What happened to one request that was given to one instance. */
export type Outcome = "answered" | "failed" | "aborted";

/** Counters of one slot. `requests` counts attempts begun: a request retried elsewhere counts once for each. */
export interface Tally {
  readonly requests: number;
  readonly failures: number;
  readonly aborted: number;
  readonly inFlight: number;
}

export const NOTHING: Tally = { requests: 0, failures: 0, aborted: 0, inFlight: 0 };

const FIELDS = 4;
const ROW_BYTES = FIELDS * Float64Array.BYTES_PER_ELEMENT;

/**
 * The serving child's counters, kept in a file as well as in memory: each change is written through at once (a few
 * microseconds, into the page cache), so that the holder still knows after a `kill -9` how many requests were in flight.
 * Rows are four 64-bit floats in the machine's own byte order; both readers run on the same machine.
 */
export class TallyWriter {
  readonly #fd: number;
  readonly #rows = new Map<number, Float64Array>();

  constructor(path: string) {
    this.#fd = openSync(path, "w", 0o600);
  }

  begin(slot: number): void {
    const row = this.#row(slot);
    row[0] = (row[0] ?? 0) + 1;
    row[3] = (row[3] ?? 0) + 1;
    this.#write(slot, row);
  }

  end(slot: number, outcome: Outcome): void {
    const row = this.#row(slot);
    row[3] = (row[3] ?? 0) - 1;
    if (outcome === "failed") row[1] = (row[1] ?? 0) + 1;
    if (outcome === "aborted") row[2] = (row[2] ?? 0) + 1;
    this.#write(slot, row);
  }

  /** A request that no instance could take. */
  refuse(slot: number): void {
    this.begin(slot);
    this.end(slot, "failed");
  }

  close(): void {
    closeSync(this.#fd);
  }

  #row(slot: number): Float64Array {
    let row = this.#rows.get(slot);
    if (!row) {
      row = new Float64Array(FIELDS);
      this.#rows.set(slot, row);
    }
    return row;
  }

  #write(slot: number, row: Float64Array): void {
    writeSync(this.#fd, row, 0, ROW_BYTES, slot * ROW_BYTES);
  }
}

/** Reads a child's counters by slot; a file that is not there yet has none. */
export function readTallies(path: string): readonly Tally[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return [];
  }
  // Copied, since a Buffer may start at an offset that no Float64Array can.
  const numbers = new Float64Array(
    Uint8Array.from(bytes.subarray(0, bytes.length - (bytes.length % ROW_BYTES))).buffer,
  );
  const tallies: Tally[] = [];
  for (let at = 0; at < numbers.length; at += FIELDS) {
    const [requests = 0, failures = 0, aborted = 0, inFlight = 0] = numbers.subarray(at, at + FIELDS);
    tallies.push({ requests, failures, aborted, inFlight });
  }
  return tallies;
}

export function sum(a: Tally, b: Tally): Tally {
  return {
    requests: a.requests + b.requests,
    failures: a.failures + b.failures,
    aborted: a.aborted + b.aborted,
    inFlight: a.inFlight + b.inFlight,
  };
}
