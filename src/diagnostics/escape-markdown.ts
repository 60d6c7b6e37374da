import { visibleText } from "./visible-text.ts";

/*
 * Escapers for GitHub's Markdown, a function a sink. Nothing that comes out of a file is ever text of a paragraph, because
 * entities and backslashes stop markup but neither mentions nor links: GitHub looks for `@team`, `#1`, commit ids and addresses
 * in what Markdown has become. It leaves alone what stands in code, so that is where everything goes which is no plain word.
 */

/** A code span that no content can end, for a paragraph, a list or a link's text; `codeCell` is the one for tables. */
export function codeSpan(text: string, max?: number): string {
  const content = visibleText(text, max);
  if (content.trim() === "") return "`(empty)`";
  const fence = fenceFor(content, 1);
  const pad = /^[` ]|[` ]$/.test(content) ? " " : "";
  return `${fence}${pad}${content}${pad}${fence}`;
}

/** The same in a table, whose cells end at a pipe even within code. */
export function codeCell(text: string, max?: number): string {
  // Parsers disagree about a pipe behind several backslashes, so that they are kept apart.
  return codeSpan(text, max).replace(/(\\*)\|/g, (_, slashes: string) => (slashes === "" ? "\\|" : `${slashes} \\|`));
}

/**
 * A sentence, such as a Diagnostic's summary: plain words stay words, what stands in backticks is code, and so is every word
 * that could be anything but a word. One line. `code` is `codeCell` in a table.
 */
export function markdownText(text: string, code: typeof codeSpan = codeSpan): string {
  const tokens =
    visibleText(
      text
        .slice(0, SENTENCE_MAX * 4)
        .replace(/\s*[\r\n]+\s*/g, " ")
        .trim(),
      SENTENCE_MAX,
    ).match(/`[^`]+`|\s+|[^\s`]+|`+/g) ?? [];
  let shown = "";
  let open: string | null = null;
  const close = (): void => {
    if (open === null) return;
    // Two code spans that touch would be read as one with a longer fence.
    shown += (shown.endsWith("`") ? " " : "") + code(open);
    open = null;
  };
  tokens.forEach((token, at) => {
    const next = tokens[at + 1];
    if (/^\s+$/.test(token)) {
      const joins = open !== null && next !== undefined && !isQuoted(next) && !isPlain(next, false);
      if (joins) open += " ";
      else {
        close();
        shown += " ";
      }
    } else if (isQuoted(token)) {
      close();
      open = token.slice(1, -1);
      close();
    } else if (isPlain(token, at === 0)) {
      close();
      shown += token;
    } else open = (open ?? "") + token;
  });
  close();
  return shown.trim();
}

const SENTENCE_MAX = 500;

/** The fence of a code block with this content, or of a code span: longer than any run of backticks in it. */
export function fenceFor(content: string, shortest: number): string {
  const longest = Math.max(0, ...(content.match(/`+/g) ?? []).map((run) => run.length));
  return "`".repeat(Math.max(shortest, longest + 1));
}

/** A fenced block of lines, each made visible and at most `max` characters long. Nothing in it can end it. */
export function fenced(lines: readonly string[], language: string, max = 400): string {
  const content = lines.map((line) => visibleText(line, max)).join("\n");
  const fence = fenceFor(content, 3);
  return `${fence}${language}\n${content}\n${fence}`;
}

function isQuoted(token: string): boolean {
  return token.length > 2 && token.startsWith("`") && token.endsWith("`") && token[1] !== "`";
}

/** Whether a word can be nothing but a word: no commit id, no reference to an issue, and no mark of a list where it is first. */
function isPlain(token: string, isFirst: boolean): boolean {
  if (isFirst && !/^["'(“]?\p{L}|^\p{N}+$/u.test(token)) return false;
  if (token.length > 60 || /^[([]?[0-9a-f]{7,}\W*$/i.test(token) || /^\W*[\p{L}\p{N}]+-\d/u.test(token)) return false;
  return WORD.test(token) || SIGN.test(token);
}

const WORD = /^[("'“‘]{0,2}[\p{L}\p{N}](?:[\p{L}\p{N}'’-]*[\p{L}\p{N}])?[)"'”’.,:;!?…%]{0,3}$/u;
const SIGN = /^(?:[—–…→·×%+=-]|[)"'”,.;:!?]{1,3}|[("'“])$/u;
