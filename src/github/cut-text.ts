/**
 * A Markdown text that fits into `bytesMax` bytes of UTF-8: as it is, or up to a line's end with a word about what is missing.
 * A fence or a fold that was open there is closed, so that the word stands outside and nothing after it is swallowed.
 */
export function cutText(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text;
  const room = bytesMax - CLOSING_MAX;
  let bytes = 0;
  let fence: string | null = null;
  let folds = 0;
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    bytes += Buffer.byteLength(line) + 1;
    // Each open fold needs as much again to be closed.
    if (bytes + folds * FOLD_END.length > room) break;
    kept.push(line);
    fence = fenceAfter(line, fence);
    if (fence === null) folds = Math.max(0, folds + occurrences(line, "<details") - occurrences(line, "</details>"));
  }
  const end = [...(fence === null ? [] : [fence]), ...Array<string>(folds).fill(FOLD_END), "", "… (the rest is cut)"];
  return [...kept, ...end].join("\n");
}

const FOLD_END = "\n</details>";
/** For what is written after a cut; a longer fence than this leaves no room, and none is that long. */
const CLOSING_MAX = 400;
const FENCE_MAX = 300;

/** The fence that is open after a line, as it would be closed; null where none is. */
function fenceAfter(line: string, open: string | null): string | null {
  const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
  const [, ticks = "", rest = ""] = mark ?? [];
  if (ticks === "" || ticks.length > FENCE_MAX) return open;
  if (open === null) return ticks.startsWith("`") && rest.includes("`") ? null : ticks;
  return ticks.startsWith(open) && rest.trim() === "" ? null : open;
}

function occurrences(line: string, part: string): number {
  return line.split(part).length - 1;
}
