import { LETTERS } from "./preview-letters.ts";

export interface Place {
  readonly x: number;
  /** Of the first line's foot. */
  readonly y: number;
  /** In pixels, of the letters. */
  readonly size: number;
  readonly fill: string;
}

/**
 * Words as SVG outlines, the same wherever they are drawn. Null where there is no letter for one of the characters: half a word
 * would say something else.
 */
export function wordsAsPath(text: string, { x, y, size, fill }: Place): string | null {
  const letters = lettersOf(text);
  if (letters === null) return null;
  let at = 0;
  const paths = letters.map(({ width, outline }) => {
    const path = outline === "" ? "" : `<path transform="translate(${at})" d="${outline}"/>`;
    at += width;
    return path;
  });
  return `<g fill="${fill}" transform="translate(${x} ${y}) scale(${size / 1000})">${paths.join("")}</g>`;
}

/** How wide a line is, in pixels; null where it cannot be drawn. */
export function widthOf(text: string, size: number): number | null {
  const letters = lettersOf(text);
  return letters === null ? null : (letters.reduce((sum, { width }) => sum + width, 0) * size) / 1000;
}

/**
 * The words in at most so many lines, in the largest of the sizes at which they fit; at the smallest the last line ends in an ellipsis
 * where they do not. Null where they cannot be drawn.
 */
export function linesOf(
  text: string,
  { width, sizes, most }: { readonly width: number; readonly sizes: readonly number[]; readonly most: number },
): { readonly size: number; readonly lines: readonly string[] } | null {
  if (lettersOf(text) === null) return null;
  for (const size of sizes) {
    const lines = brokenAt(text, width, size);
    if (lines.length <= most && lines.every((line) => (widthOf(line, size) ?? 0) <= width)) return { size, lines };
  }
  const size = sizes.at(-1) ?? 16;
  const all = brokenAt(text, width, size);
  const lines = all.slice(0, most).map((line, index) => {
    const isCut = all.length > most && index === most - 1;
    let short = line;
    while (short !== "" && (widthOf(isCut || short !== line ? `${short}…` : short, size) ?? 0) > width)
      short = short.slice(0, -1);
    return isCut || short !== line ? `${short.trimEnd()}…` : line;
  });
  return { size, lines };
}

function brokenAt(text: string, width: number, size: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && (widthOf(longer, size) ?? 0) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function lettersOf(text: string): readonly { readonly width: number; readonly outline: string }[] | null {
  const letters = [...text.normalize("NFC").replace(/\s/g, " ")].map((character) =>
    Object.hasOwn(LETTERS, character) ? (LETTERS[character] ?? null) : null,
  );
  const known = letters.filter((letter) => letter !== null);
  if (known.length < letters.length) return null;
  return known.map((letter) => {
    const width = Number.parseInt(letter, 10);
    return { width, outline: letter.slice(String(width).length) };
  });
}
