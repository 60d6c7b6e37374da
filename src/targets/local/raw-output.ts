import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { Bytes } from "../../model/basics.ts";

/** A line longer than this is cut into several. */
const LINE_MAX = 256 * 1024;
/** A file read to its end is emptied once it is this big. */
const EMPTY_AT: Bytes = 1024 * 1024;

/**
 * Reads what an instance appends to a file, line by line. The instance writes without us (that is the point: nobody
 * else's death breaks its output), so how far it has been read stands in a second file beside it. A consumed file is
 * emptied now and then; in the microseconds between the last look and that, a line may be lost.
 */
export class RawOutput {
  readonly #path: string;
  #fd: number | null = null;
  #offset: number;
  #rest = "";
  #decoder = new StringDecoder("utf8");

  constructor(path: string) {
    this.#path = path;
    this.#offset = readOffset(path);
  }

  /** Lines that are complete since the last call; with `final` also one that was never ended. `keep` must follow. */
  read(final = false): readonly string[] {
    const chunk = this.#bytes();
    const parts = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = parts.pop() ?? "";
    if (this.#rest.length > LINE_MAX || (final && this.#rest !== "")) {
      parts.push(this.#rest);
      this.#rest = "";
    }
    return parts.map((line) => line.replace(/\r$/, "")).filter((line) => line !== "");
  }

  /** Remembers what was read as done: called once the lines are kept elsewhere, so that a crash repeats and never loses. */
  keep(): void {
    if (this.#fd === null) return;
    if (this.#offset >= EMPTY_AT && fstatSync(this.#fd).size === this.#offset) {
      ftruncateSync(this.#fd, 0);
      this.#offset = 0;
    }
    writeFileSync(offsetPath(this.#path), String(this.#offset - Buffer.byteLength(this.#rest)), { mode: 0o600 });
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  /** The instance is gone for good, and all is read. */
  remove(): void {
    this.close();
    rmSync(this.#path, { force: true });
    rmSync(offsetPath(this.#path), { force: true });
  }

  #bytes(): Buffer {
    try {
      this.#fd ??= openSync(this.#path, "r+");
    } catch {
      return Buffer.alloc(0);
    }
    const size = fstatSync(this.#fd).size;
    if (size < this.#offset) this.#offset = 0;
    // In portions, so that a service that writes without end cannot make one reading endless.
    const chunk = Buffer.alloc(Math.min(size - this.#offset, 4 * 1024 * 1024));
    const read = chunk.length === 0 ? 0 : readSync(this.#fd, chunk, 0, chunk.length, this.#offset);
    this.#offset += read;
    return chunk.subarray(0, read);
  }
}

function readOffset(path: string): number {
  try {
    const value = Number(readFileSync(offsetPath(path), "utf8"));
    return Number.isInteger(value) && value >= 0 ? value : 0;
  } catch {
    return 0;
  }
}

function offsetPath(path: string): string {
  return `${path}.read`;
}
