import { escapeTerminal } from "./escape-terminal.ts";

/**
 * Text from files for a page that people read (Markdown, HTML): one line, nothing in it that cannot be seen or turns the
 * reading direction, and no comment of HTML, since our own markers are such comments. At most `max` characters, cut with
 * the number that there were (in UTF-16 units). Not yet escaped for any sink.
 */
export function visibleText(text: string, max = TEXT_MAX): string {
  const whole = text.length <= max ? text : shortened(text, max);
  return escapeTerminal(whole)
    .replace(UNSEEN, (one) => `<U+${hex(one)}>`)
    .replaceAll("<!--", "<! --");
}

const TEXT_MAX = 1_000;

function shortened(text: string, max: number): string {
  // Twice as many units hold at least as many characters, whatever half of a pair the last one is.
  const characters = [...text.slice(0, max * 2)];
  return `${characters.slice(0, max).join("")}… (${text.length} characters)`;
}

/**
 * What a terminal may show and a page would hide: joiners next to plain ASCII, where no script needs them, combining
 * grapheme joiner, fillers of Hangul, the empty Braille cell, inherent vowels of Khmer, marks of musical notation, and
 * variation selectors that follow neither an emoji nor a sign that has variants.
 */
const UNSEEN = new RegExp(
  [
    String.raw`(?<=^|[\0-\x7f])[\u200c\u200d]|[\u200c\u200d](?=[\0-\x7f]|$)`,
    String.raw`[\u115f\u1160\u2800\u3164\uffa0\u{1d173}-\u{1d17a}]`,
    String.raw`[\u034f\u17b4\u17b5\u180b-\u180d\ufe00-\ufe0d\u{e0100}-\u{e01ef}]`,
    String.raw`(?<![\p{Emoji}\u20e3])[\ufe0e\ufe0f]`,
  ].join("|"),
  "gu",
);

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
