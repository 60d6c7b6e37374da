/**
 * Plain text as Markdown in which nothing is markup: lines stay lines. For texts of tools that do not speak Markdown.
 * https://spec.commonmark.org/0.31.2/#backslash-escapes
 */
export function plainMarkdown(text: string): string {
  return withoutControls(text)
    .split("\n")
    .map((line) =>
      line
        .trim()
        .replace(/[\\`*_[\]<>~|&]/g, "\\$&")
        .replace(/^([#+=-])/, "\\$1")
        .replace(/^(\d{1,9})([.)])/, "$1\\$2"),
    )
    .join("\n");
}

/**
 * Markdown that somebody wrote, with the HTML taken out of its force: comments go, and a tag is text. Headings, lists and links
 * stay what they are; whoever shows it decides where links may lead.
 */
export function harmlessMarkdown(text: string): string {
  return withoutControls(text)
    .replace(/<!--[\s\S]*?(?:-->|$)/g, "")
    .replace(/<br *\/?>/gi, "\n")
    .replace(/<(?=[a-z/!?])(?!https?:\/\/)/gi, "&lt;")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function withoutControls(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]|[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, "");
}
