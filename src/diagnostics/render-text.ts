import { posix } from "node:path";
import { styleText } from "node:util";
import type { Diagnostic, Severity } from "../model/diagnostic.ts";
import { escapeTerminal } from "./escape-terminal.ts";
import { excerpt } from "./excerpt.ts";
import { fold, foldedSummary, type Group } from "./fold.ts";
import { inFileOrder } from "./order.ts";
import { tally, tallyInWords } from "./tally.ts";
import { wrap } from "./wrap.ts";

/*
 * `diagnostics/` turns located problems into what people and programs read: text with the offending line and a caret,
 * JSON, SARIF and GitHub annotations, all from the same Diagnostics. It promises that every problem it is given appears,
 * in file order, and that nothing out of a user's file can steer the terminal or the runner it is printed on.
 * It is not the place to find problems or to decide how grave they are.
 */

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal. Lines of source are cut to it and prose is wrapped; 0 or Infinity means no limit. */
  readonly width: number;
  /** The folder that paths are shown relative to, in the same terms as the files' own: both absolute, or both within the repository. */
  readonly cwd?: string;
}

/**
 * Diagnostics for people, in file order, each with its line, a caret and what to do; infos of one code in one file on one
 * line; a count at the end. Ends with a line break; empty where there is nothing to say.
 */
export function renderText(diagnostics: readonly Diagnostic[], options: TextOptions): string {
  const sorted = inFileOrder(diagnostics);
  if (sorted.length === 0) return "";
  const page = { paint: painter(options.color), width: options.width > 0 ? options.width : Infinity, cwd: options.cwd };
  const said = new Set<string>();
  const lines: string[] = [];
  let afterNote = false;
  for (const group of fold(sorted)) {
    const isNote = group[0].severity === "info";
    // Notes stand close together; a problem has air around it.
    if (lines.length > 0 && !(isNote && afterNote)) lines.push("");
    lines.push(...(isNote ? noteLines(group, page, said) : problemLines(group[0], page)));
    afterNote = isNote;
  }
  const count = tally(sorted);
  const worst = count.errors > 0 ? "error" : count.warnings > 0 ? "warning" : "info";
  return `${[...lines, "", page.paint(COLOUR[worst], tallyInWords(count))].join("\n")}\n`;
}

type Style = Parameters<typeof styleText>[0];

interface Page {
  readonly paint: (style: Style, text: string) => string;
  readonly width: number;
  readonly cwd: string | undefined;
}

const NAME: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };
const COLOUR: Readonly<Record<Severity, "red" | "yellow" | "cyan">> = { error: "red", warning: "yellow", info: "cyan" };

function problemLines(diagnostic: Diagnostic, page: Page): string[] {
  const { range, line, environment, service } = diagnostic;
  const colour = COLOUR[diagnostic.severity];
  const margin = " ".repeat(range && line !== undefined ? String(range.start.line).length : 1);
  const bar = page.paint("dim", `${margin} |`);
  const where = [
    range ? `${shownPath(range.file, page.cwd)}:${range.start.line}:${range.start.column}` : service,
    environment ? `(environment ${environment})` : undefined,
  ].filter((part) => part !== undefined);
  const lines = [
    `${page.paint([colour, "bold"], `${NAME[diagnostic.severity]}[${escapeTerminal(diagnostic.code)}]`)}: ${page.paint("bold", escapeTerminal(diagnostic.summary))}`,
  ];
  if (where.length > 0) lines.push(`${margin}${page.paint("dim", "-->")} ${escapeTerminal(where.join(" "))}`);
  if (range && line !== undefined) {
    const shown = excerpt(line, {
      start: range.start.column - 1,
      end: range.end.line === range.start.line ? range.end.column - 1 : line.trimEnd().length,
      width: page.width - margin.length - 3,
    });
    lines.push(
      bar,
      `${page.paint("dim", `${range.start.line} |`)} ${shown.text}`.trimEnd(),
      `${bar} ${" ".repeat(shown.from)}${page.paint([colour, "bold"], "^".repeat(shown.length))}`,
    );
  }
  return [...lines, ...remarkLines(diagnostic, bar, margin.length + 3, page)];
}

/** One line for all of a group; what they say besides stands under the first group that says it. */
function noteLines(group: Group, page: Page, said: Set<string>): string[] {
  const [first] = group;
  const place = first.range ? `${shownPath(first.range.file, page.cwd)}:${first.range.start.line}` : first.service;
  const environment = first.environment ? ` (environment ${first.environment})` : "";
  const head = `${page.paint([COLOUR.info, "bold"], `note[${escapeTerminal(first.code)}]`)}:`;
  const text = `${place === undefined ? "" : `${place}: `}${foldedSummary(group)}${environment}`;
  const { detail, hint } = first;
  const common = {
    ...(detail !== undefined && group.every((note) => note.detail === detail) ? { detail } : {}),
    ...(hint !== undefined && group.every((note) => note.hint === hint) ? { hint } : {}),
  };
  const key = JSON.stringify([first.code, common]);
  const remarks = said.has(key) ? [] : remarkLines(common, page.paint("dim", "  |"), 4, page);
  said.add(key);
  return [`${head} ${escapeTerminal(text)}`, ...remarks];
}

/**
 * Detail and hint, wrapped behind a bar. Each line begins with the bar, so that no text of a user's file can stand where
 * GitHub's runner would take it for a workflow command (`::set-output …`).
 */
function remarkLines(
  { detail, hint }: { readonly detail?: string; readonly hint?: string },
  bar: string,
  indent: number,
  page: Page,
): string[] {
  const prose = (text: string): string[] =>
    text.split("\n").flatMap((line) => wrap(escapeTerminal(line), page.width - indent));
  const lines = detail === undefined ? [] : prose(detail);
  if (hint !== undefined) {
    const [first = "", ...rest] = prose(`hint: ${hint}`);
    lines.push(first.replace(/^hint:/, page.paint("green", "hint:")), ...rest);
  }
  return lines.map((line) => `${bar} ${line}`.trimEnd());
}

function shownPath(file: string, cwd: string | undefined): string {
  if (cwd === undefined || posix.isAbsolute(cwd) !== posix.isAbsolute(file)) return file;
  return posix.relative(cwd, file) || file;
}

function painter(color: boolean): Page["paint"] {
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}
