/**
 * JSON that may be printed anywhere: what a terminal or GitHub's runner would obey, or what hides, is written as `\uXXXX`,
 * which is the same JSON. Ends with a line break.
 */
export function printableJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(OBEYED, escaped)}\n`;
}

/**
 * What `JSON.stringify` leaves as it is though it steers or hides, all within one UTF-16 unit (outside of which JSON has no
 * such characters but tags); and the older mark of workflow commands, `##[`, which the runner obeys anywhere in a line.
 */
const OBEYED =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|#(?=#\[)/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
