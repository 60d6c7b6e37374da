import type { Position, SourceRange } from "../model/diagnostic.ts";

/** Finds lines and columns in a file's text. */
export interface SourceIndex {
  /** Line and column (one-based, in UTF-16 units) of a zero-based offset; an offset outside the text is moved to its nearest end. */
  positionAt(offset: number): Position;
  /** The text of a one-based line without its break; empty where there is no such line. */
  lineAt(line: number): string;
  /** The stretch from one offset to another; `end` is exclusive and never before `start`. */
  rangeAt(file: string, start: number, end: number): SourceRange;
}

/**
 * An index over a text's lines, built on the first question: most files have nothing to report and never pay for it.
 * Lines end at LF, CRLF or CR, as in YAML 1.2 and in editors.
 */
export function sourceIndex(text: string): SourceIndex {
  let starts: readonly number[] | null = null;
  const lineStarts = (): readonly number[] => {
    starts ??= findLineStarts(text);
    return starts;
  };

  const positionAt = (offset: number): Position => {
    const within = Math.min(Math.max(0, Math.trunc(offset)), text.length);
    const index = lastAtOrBefore(lineStarts(), within);
    return { line: index + 1, column: within - (lineStarts()[index] ?? 0) + 1, offset: within };
  };

  const lineAt = (line: number): string => {
    const start = lineStarts()[line - 1];
    if (start === undefined) return "";
    const next = lineStarts()[line];
    return next === undefined ? text.slice(start) : text.slice(start, next).replace(/(?:\r\n|\n|\r)$/, "");
  };

  return {
    positionAt,
    lineAt,
    rangeAt: (file, start, end) => ({ file, start: positionAt(start), end: positionAt(Math.max(start, end)) }),
  };
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  const breaks = /\r\n|\n|\r/g;
  while (breaks.exec(text) !== null) starts.push(breaks.lastIndex);
  return starts;
}

/** Index of the last value that is not above `wanted`; `sorted` begins with 0. */
function lastAtOrBefore(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
