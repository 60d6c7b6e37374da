import stringWidth from "fast-string-width";
import { escapeTerminal } from "./escape-terminal.ts";

/** A source line made printable, and where to underline it, counted in terminal columns. */
export interface Excerpt {
  readonly text: string;
  /** Columns before the underline. */
  readonly from: number;
  /** Columns to underline, at least 1. */
  readonly length: number;
}

/** Only this much of a line on each side of the mark is looked at: a line may be a whole file of 20 MB. */
const REACH = 1000;
const TAB = "    ";

/**
 * The part of a line that shows a range, at most `width` columns wide: tabs become spaces, controls visible, wide
 * characters count for two columns, and what does not fit is cut around the start of the range and marked with `…`.
 */
export function excerpt(line: string, { start, end, width }: { start: number; end: number; width: number }): Excerpt {
  const head = Math.max(0, wholeCharacter(line, start - REACH));
  const tail = wholeCharacter(line, Math.min(line.length, start + REACH));
  const cells = cellsOf(line.slice(head, tail));
  const mark = markOf(cells, start - head, Math.max(start + 1, end) - head);
  const total = cells.reduce((sum, cell) => sum + cell.width, 0);
  const cutLeft = head > 0;
  const cutRight = tail < line.length;
  if (total <= width && !cutLeft && !cutRight) {
    return { text: textOf(cells), from: mark.from, length: Math.max(1, mark.length) };
  }
  return cut(cells, { mark, width: Math.max(8, width), cutLeft, cutRight });
}

interface Cell {
  readonly text: string;
  readonly width: number;
  /** Where it begins in the line, in UTF-16 units, and its length there. */
  readonly at: number;
  readonly units: number;
}

interface Mark {
  readonly from: number;
  readonly length: number;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function cellsOf(text: string): Cell[] {
  const cells: Cell[] = [];
  for (const { segment, index } of graphemes.segment(text)) {
    // `##[` is obeyed by GitHub's runner anywhere in a log line; see escapeTerminal.
    const obeyed = segment === "[" && cells.at(-1)?.text === "#" && cells.at(-2)?.text === "#";
    const shown = segment === "\t" ? TAB : obeyed ? " [" : escapeTerminal(segment);
    cells.push({ text: shown, width: stringWidth(shown), at: index, units: segment.length });
  }
  return cells;
}

/** Columns that the range covers; one past the last cell where it lies behind the line. */
function markOf(cells: readonly Cell[], start: number, end: number): Mark {
  let from = 0;
  let length = 0;
  for (const cell of cells) {
    if (cell.at + cell.units <= start) from += cell.width;
    else if (cell.at < end) length += cell.width;
  }
  return { from, length };
}

function cut(
  cells: readonly Cell[],
  options: { mark: Mark; width: number; cutLeft: boolean; cutRight: boolean },
): Excerpt {
  const { mark, width } = options;
  const fitsFromStart = !options.cutLeft && mark.from + Math.min(mark.length, width / 2) < width;
  const skip = fitsFromStart ? 0 : Math.max(0, mark.from - Math.floor(width / 4));
  const before: Cell[] = [];
  const kept: Cell[] = [];
  let column = 0;
  let used = skip > 0 || options.cutLeft ? 1 : 0;
  for (const cell of cells) {
    if (column < skip) before.push(cell);
    else if (used + cell.width < width) {
      kept.push(cell);
      used += cell.width;
    } else break;
    column += cell.width;
  }
  const isCutLeft = options.cutLeft || before.length > 0;
  const isCutRight = options.cutRight || before.length + kept.length < cells.length;
  const skipped = before.reduce((sum, cell) => sum + cell.width, 0);
  const from = mark.from - skipped + (isCutLeft ? 1 : 0);
  return {
    text: `${isCutLeft ? "…" : ""}${textOf(kept)}${isCutRight ? "…" : ""}`,
    from,
    length: Math.max(1, Math.min(mark.length, used - from)),
  };
}

function textOf(cells: readonly Cell[]): string {
  return cells.map((cell) => cell.text).join("");
}

/** Moves an index off the middle of a surrogate pair. */
function wholeCharacter(line: string, index: number): number {
  const code = line.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff && index > 0 ? index - 1 : index;
}
