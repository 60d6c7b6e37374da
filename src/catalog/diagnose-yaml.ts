import { constructFromEvents, type Event, parseEvents, YAMLException } from "js-yaml";
import type { Document, visit as Visit, YAMLParseError } from "yaml";
import { expandedSize } from "./expanded-size.ts";
import { type Located, type LocatedNode, locate, type Oddity } from "./locate.ts";
import { hasAlias, MAX_ALIASES, MAX_DEPTH, MAX_VALUES } from "./parse.ts";
import type { Problem } from "./problem.ts";
import { LENIENT_SCHEMA } from "./yaml-schema.ts";

export interface Diagnosis {
  readonly problems: readonly Problem[];
  /** What could be read all the same, for the schema to look at; absent where nothing could. */
  readonly value?: unknown;
  /** The readable ids at the top: a service whose file is broken is still declared. */
  readonly ids: readonly string[];
}

/**
 * Says everything that is wrong with a text that `parse` refused. A text with a syntax error is read again by the tolerant
 * parser `yaml`, which goes on behind an error, so that all of them show. Slow, and only ever run on a broken file. Never throws.
 */
export async function diagnoseYaml(text: string): Promise<Diagnosis> {
  let events: Event[];
  try {
    events = parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    return await diagnoseSyntax(text, error);
  }
  return diagnoseContent(text, events);
}

/** The syntax is right; what it says is not. */
function diagnoseContent(text: string, events: readonly Event[]): Diagnosis {
  const located = locate(events, text);
  const problems = located.oddities
    .filter((oddity) => oddity.is !== "alias" || !oddity.known)
    .map((oddity) => problemOf(oddity, text));
  const aliases = located.oddities.filter((oddity) => oddity.is === "alias");
  const excess = aliases[MAX_ALIASES];
  if (excess)
    problems.push({
      ...spanOf(excess),
      code: "yaml-aliases",
      severity: "error",
      summary: `the file uses ${aliases.length} aliases; at most ${MAX_ALIASES} are followed`,
      detail: "Aliases multiply: a short file can stand for gigabytes.",
      hint: "write the repeated parts out, or move what services share into `defaults` of fairlead.yaml",
    });
  const ids = idsOf(located);
  if (located.root === null || isNothing(located.root))
    return { problems: [...problems, emptyProblem(text, located.root)], ids };
  let value: unknown;
  try {
    const source = { source: text, schema: LENIENT_SCHEMA, json: true, maxAliases: MAX_ALIASES };
    value = constructFromEvents([...events], source)[0];
    if (hasAlias(events, text) && expandedSize(value, MAX_VALUES) > MAX_VALUES) {
      value = undefined;
      problems.push(endless(aliases[0]));
    }
  } catch (error) {
    if (problems.length === 0) problems.push(isRecursion(error) ? endless(aliases[0]) : syntaxProblem(text, error));
  }
  if (problems.length === 0) problems.push(unreadable());
  return { problems, ids, ...(value === undefined || value === null ? {} : { value }) };
}

function isRecursion(error: unknown): boolean {
  return error instanceof YAMLException && error.reason.startsWith("recursive alias");
}

function endless(first: Oddity | undefined): Problem {
  return {
    ...(first ? spanOf(first) : { start: 0, end: 0 }),
    code: "yaml-aliases",
    severity: "error",
    summary: "the file's aliases, followed, make it endless or too large",
    detail: `A file may stand for at most ${MAX_VALUES.toLocaleString("en")} values.`,
    hint: "write the repeated parts out",
  };
}

async function diagnoseSyntax(text: string, error: unknown): Promise<Diagnosis> {
  const first = syntaxProblem(text, error);
  // What is too deep for one parser would be slow, or too deep, for the other as well.
  if (first.code === "yaml-depth") return { problems: [first], ids: [] };
  try {
    const { parseDocument, visit } = await import("yaml");
    const document = parseDocument(text, { prettyErrors: false, strict: true, uniqueKeys: true, logLevel: "silent" });
    const ids = ["id", "previous_id"].flatMap((key) => {
      const id = readKey(document.contents, key);
      return typeof id === "string" ? [id] : [];
    });
    const found = document.errors.map((problem) =>
      atOpeningBracket(text, atOpeningQuote(text, tolerantProblem(text, problem), document, visit), document, visit),
    );
    return { problems: found.length > 0 ? found : [first], ids };
  } catch {
    // The tolerant parser recurses: on a text made to break it, the first error has to do.
    return { problems: [first], ids: [] };
  }
}

/** A quote that is never closed is noticed at the end of the file; the mistake is where it was opened. */
function atOpeningQuote(text: string, problem: Problem, document: Document, visit: typeof Visit): Problem {
  if (!/^missing closing .quote/.test(problem.summary)) return problem;
  let start = problem.start;
  visit(document, {
    Scalar(_, { type, range }) {
      if (range && (type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE")) start = range[0];
    },
  });
  const length = text.slice(start).search(/[\r\n]/);
  return {
    ...problem,
    start,
    end: length < 0 ? text.length : start + length,
    summary: "the quote that is opened here is never closed",
    hint: "close it where the text ends",
  };
}

/** So is a bracket, on the line behind it at the earliest. */
function atOpeningBracket(text: string, problem: Problem, document: Document, visit: typeof Visit): Problem {
  const closer = /\bend with a? ?([\]}])$/.exec(problem.summary)?.[1];
  if (closer === undefined) return problem;
  let start = -1;
  visit(document, {
    Collection(_, { flow, range }) {
      if (flow && range && range[0] < problem.start && text[range[1] - 1] !== closer) start = range[0];
    },
  });
  if (start < 0) return problem;
  return {
    ...problem,
    start,
    end: start + 1,
    summary: `the bracket \`${text[start]}\` that is opened here is never closed`,
    hint: `close it with \`${closer}\` where the ${closer === "]" ? "list" : "mapping"} ends`,
  };
}

/** `yaml`'s nodes by shape: its classes would have to be loaded to ask `isMap`. */
function readKey(contents: unknown, key: string): unknown {
  if (typeof contents !== "object" || contents === null || !("items" in contents)) return undefined;
  if (!Array.isArray(contents.items)) return undefined;
  for (const pair of contents.items) if (pair?.key?.value === key) return pair?.value?.value;
  return undefined;
}

function idsOf(located: Located): string[] {
  return ["id", "previous_id"].flatMap((key) => located.root?.entries?.get(key)?.value.text ?? []);
}

function isNothing(node: LocatedNode): boolean {
  return node.plain === true && /^(?:~|null|Null|NULL|)$/.test(node.text ?? "");
}

function emptyProblem(text: string, root: LocatedNode | null): Problem {
  return {
    start: root?.start ?? 0,
    end: root?.end ?? Math.min(text.length, 1),
    code: "file-empty",
    severity: "error",
    summary: "the file says nothing",
    detail: "A service file holds at least `id`, `name` and `type`.",
    hint: "fill it in, or delete it",
  };
}

function problemOf(oddity: Oddity, text: string): Problem {
  const common = { ...spanOf(oddity), severity: "error" as const };
  switch (oddity.is) {
    case "duplicate": {
      const line = text.slice(0, oddity.first).split(/\r\n|\r|\n/).length;
      return {
        ...common,
        code: "yaml-duplicate-key",
        summary: `the key \`${oddity.key}\` is here twice`,
        detail: `It stands on line ${line} already. Which of the two is meant cannot be known.`,
        hint: "keep one of them",
      };
    }
    case "key":
      return {
        ...common,
        code: "yaml-forbidden-key",
        summary: `the key \`${oddity.key}\` is not allowed`,
        detail: "It has a meaning of its own inside programs that read the file.",
        hint: "choose another name",
      };
    case "complex-key":
      return {
        ...common,
        code: "yaml-key",
        summary: "a key must be text, not a list or a mapping",
        hint: "did you mean to write a value? Put a name and a colon before it",
      };
    case "alias":
      return {
        ...common,
        code: "yaml-aliases",
        summary: `the alias \`*${oddity.name}\` refers to nothing`,
        detail: `There is no \`&${oddity.name}\` before it in this file.`,
        hint: "if an asterisk is meant, put the value in quotes",
      };
    case "tag":
      return {
        ...common,
        code: "yaml-tag",
        summary: `the tag \`${oddity.tag}\` is not known here`,
        detail: "Service files are plain data: text, numbers, true and false, lists and mappings.",
        hint: "remove the tag; if the text begins with an exclamation mark, put it in quotes",
      };
    case "document":
      return {
        ...common,
        code: "yaml-documents",
        summary: "a second document begins here",
        detail: "A file holds one service.",
        hint: "move it into a file of its own",
      };
  }
}

function spanOf({ start, end }: { readonly start: number; readonly end: number }): { start: number; end: number } {
  return { start, end };
}

/** One of js-yaml's own errors, where `yaml` has none to say. */
function syntaxProblem(text: string, error: unknown): Problem {
  if (!(error instanceof YAMLException)) return unreadable();
  const start = Math.max(0, Math.min(error.mark?.position ?? 0, text.length));
  const span = { start, end: Math.min(start + 1, text.length) };
  if (error.reason.startsWith("nesting exceeded"))
    return {
      ...span,
      code: "yaml-depth",
      severity: "error",
      summary: `the file is nested deeper than ${MAX_DEPTH} levels`,
      hint: "no block of a service needs that; look for brackets that were not closed",
    };
  if (error.reason.startsWith("tab characters")) return tabProblem(span);
  return { ...span, code: "yaml-syntax", severity: "error", summary: sentence(error.reason) };
}

function tabProblem(span: { readonly start: number; readonly end: number }): Problem {
  return {
    ...span,
    code: "yaml-tab",
    severity: "error",
    summary: "a tab is used for indentation",
    detail: "YAML indents with spaces alone.",
    hint: "replace the tab with spaces",
  };
}

function tolerantProblem(text: string, error: YAMLParseError): Problem {
  const start = Math.max(0, Math.min(error.pos[0], text.length));
  const end = Math.max(start, Math.min(error.pos[1], text.length));
  const span = { start, end };
  if (error.code === "TAB_AS_INDENT") return tabProblem(span);
  if (error.code === "DUPLICATE_KEY")
    return {
      ...span,
      code: "yaml-duplicate-key",
      severity: "error",
      summary: `the key \`${text.slice(start, end).slice(0, 60)}\` is here twice`,
      hint: "keep one of them",
    };
  const advice = ADVICE[error.code];
  return {
    ...span,
    code: "yaml-syntax",
    severity: "error",
    summary: sentence(error.message),
    ...(advice ? { hint: advice } : {}),
  };
}

/** What usually lies behind an error of the tolerant parser. */
const ADVICE: Readonly<Partial<Record<string, string>>> = {
  BAD_INDENT: "line up the keys of one block, and end every bracket that was opened",
  BLOCK_AS_IMPLICIT_KEY: "put what follows on a line of its own, or put the text in quotes if the colon belongs to it",
  BLOCK_IN_FLOW: "inside brackets everything is separated by commas",
  MISSING_CHAR: "add what is missing: a quote, a bracket, a comma, or a space behind a colon",
  MULTILINE_IMPLICIT_KEY: "is a colon missing here? A key and its colon stand on one line",
  UNEXPECTED_TOKEN: "put text that holds YAML's own characters in quotes",
  BAD_SCALAR_START: "put text that begins with one of @ ` % or a reserved mark in quotes",
  BAD_DQ_ESCAPE: "inside double quotes a backslash begins an escape; write two, or use single quotes",
};

function sentence(text: string): string {
  const line = text.split("\n")[0] ?? text;
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/\.$/, "");
}

function unreadable(): Problem {
  return { start: 0, end: 0, code: "yaml-syntax", severity: "error", summary: "the file cannot be read as YAML" };
}
