/**
 * Makes text from files and processes safe to print: whatever could move the cursor, change colours, reverse the reading
 * direction, hide, or pass for another line is shown as `<U+001B>`. The result is one line. Joiners and variation
 * selectors stay, since emoji and many scripts need them.
 */
export function escapeTerminal(text: string): string {
  return (
    text
      .replace(INVISIBLE, (character) => `<U+${hex(character)}>`)
      // The older of the two workflow-command marks of GitHub's runner, which it obeys anywhere in a log's line.
      .replaceAll("##[", "## [")
  );
}

/** Whether a character stands for itself on a terminal. */
export function isVisible(character: string): boolean {
  return character.search(INVISIBLE) === -1;
}

/**
 * C0 and C1 controls and DEL, soft hyphen, the Arabic letter mark, zero-width spaces, marks and overrides of direction,
 * line and paragraph separators, invisible operators, the byte order mark, interlinear annotation, tags, and halves of
 * surrogate pairs.
 */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Surrogate}]/gu;

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
