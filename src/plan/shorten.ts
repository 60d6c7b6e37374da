import stringWidth from "fast-string-width";

/**
 * Cuts two texts to at most `room` columns each so that where they differ stays in sight: what they begin with in common
 * goes first. Two different texts stay different.
 */
export function shorten(before: string, after: string, room: number): readonly [string, string] {
  if (Math.max(stringWidth(before), stringWidth(after)) <= room) return [before, after];
  const one = [...before];
  const other = [...after];
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head++;
  const from = Math.max(0, head - CONTEXT);
  return [cut(one, from, room), cut(other, from, room)];
}

/** Characters kept before the first difference, so that one sees where it is. */
const CONTEXT = 8;

function cut(characters: readonly string[], from: number, room: number): string {
  const start = from > 1 ? ["…"] : [];
  const kept = characters.slice(from > 1 ? from : 0);
  const whole = [...start, ...kept].join("");
  if (stringWidth(whole) <= room) return whole;
  const tail = `… (${characters.length} characters)`;
  let text = start.join("");
  for (const character of kept) {
    if (stringWidth(text + character) + stringWidth(tail) > room && text.length > CONTEXT + 2) break;
    text += character;
  }
  return text + tail;
}
