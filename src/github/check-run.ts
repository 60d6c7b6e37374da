import { escapeTerminal } from "../diagnostics/escape-terminal.ts";
import { inFileOrder } from "../diagnostics/order.ts";
import type { Instant, Oid } from "../model/basics.ts";
import type { Diagnostic, Severity } from "../model/diagnostic.ts";
import type { GitHubClient, GitHubReader } from "./client.ts";
import { cutText } from "./cut-text.ts";
import { everyItem } from "./every-item.ts";
import { GitHubError } from "./github-error.ts";
import { createOnce } from "./once.ts";

/** GitHub takes this many annotations in one request; later requests add to them. */
const BATCH = 50;
/** More than anybody reads. The text of the check tells the rest. */
export const ANNOTATIONS_MAX = 500;
/** Of summary and text, in bytes. */
const TEXT_MAX = 65_535;
/** Of an annotation's message (GitHub takes 64 KB) and of the title, in characters. */
const MESSAGE_MAX = 16_000;
const TITLE_MAX = 255;

/** The slug of the app that GITHUB_TOKEN belongs to. */
export const ACTIONS_APP = "github-actions";

export type CheckConclusion = "success" | "failure" | "neutral" | "action_required" | "cancelled" | "skipped";

export interface CheckRun {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly externalId: string;
  readonly title: string;
  readonly summary: string;
  readonly url: string;
  /** When it ended; null while it runs. */
  readonly completedAt: Instant | null;
}

export interface WantedCheckRun {
  readonly name: string;
  readonly head: Oid;
  /**
   * Tells this check from others of the same name on the same commit: what it is about, such as the digest of what was
   * found. Annotations can be added and never taken back, so whatever changes them has to change this.
   */
  readonly externalId: string;
  readonly conclusion: CheckConclusion;
  readonly title: string;
  /** Markdown; longer than 65,535 bytes, it is cut. */
  readonly summary: string;
  readonly text?: string;
  /** Those with a place become annotations on their lines, the first 500 in file order. */
  readonly diagnostics?: readonly Diagnostic[];
  readonly detailsUrl?: string;
  /** The slug of the app whose token this is; without it that of GITHUB_TOKEN. */
  readonly app?: string;
}

/** Makes a finished check on a commit, or brings the one with the same name and id up to date. Safe to repeat. */
export async function publishCheckRun(client: GitHubClient, wanted: WantedCheckRun): Promise<CheckRun> {
  const { name, head, externalId, detailsUrl, app = ACTIONS_APP } = wanted;
  const annotations = annotationsOf(wanted.diagnostics ?? []);
  const output = {
    title: inShort(escapeTerminal(wanted.title), TITLE_MAX),
    summary: cutText(wanted.summary, TEXT_MAX),
    ...(wanted.text === undefined ? {} : { text: cutText(wanted.text, TEXT_MAX) }),
  };
  const common = {
    ...client.here,
    status: "completed" as const,
    conclusion: wanted.conclusion,
    ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }),
  };
  const find = async (): Promise<GivenCheck | null> => {
    for await (const given of runsOf(client, { head, name, app })) if (given.external_id === externalId) return given;
    return null;
  };
  const create = async (): Promise<GivenCheck> => {
    const first = { ...output, annotations: annotations.slice(0, BATCH) };
    return (
      await client.rest.checks.create({ ...common, name, head_sha: head, external_id: externalId, output: first })
    ).data;
  };
  let run = (await find()) ?? (await createOnce(client, { what: "the check", create, find }));
  // As many requests as there are batches, and as many lost answers again.
  for (let left = 2 * Math.ceil(annotations.length / BATCH) + 1; left > 0; left--) {
    const told = run.output.annotations_count;
    if (told >= annotations.length && isAsWanted(run, wanted.conclusion, output)) break;
    const more = { ...output, annotations: annotations.slice(told, told + BATCH) };
    try {
      // Not repeated by itself: it would add its annotations twice.
      const request = { retries: 0 };
      run = (await client.rest.checks.update({ ...common, check_run_id: run.id, output: more, request })).data;
    } catch (error) {
      if (!(error instanceof GitHubError) || !error.mayBeDone || left === 1) throw error;
      await client.waitBefore(1, "the check");
      run = (await client.rest.checks.get({ ...client.here, check_run_id: run.id })).data;
    }
  }
  return read(run);
}

/** The checks of a name on a commit that one app made, newest first: anybody's app may use any name. */
export async function checksBy(
  client: GitHubReader,
  asked: { readonly head: Oid; readonly name: string; readonly app: string },
): Promise<CheckRun[]> {
  const found: CheckRun[] = [];
  for await (const given of runsOf(client, asked)) found.push(read(given));
  return found.sort((a, b) => b.id - a.id);
}

async function* runsOf(
  client: GitHubReader,
  { head, name, app }: { readonly head: Oid; readonly name: string; readonly app: string },
): AsyncGenerator<GivenCheck> {
  const asked = { ...client.here, ref: head, check_name: name, filter: "all", per_page: 100 } as const;
  for await (const given of everyItem(client.paginate.iterator(client.rest.checks.listForRef, asked))) {
    if (given.app?.slug === app && given.name === name) yield given;
  }
}

interface GivenCheck {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly external_id: string | null;
  readonly html_url: string | null;
  readonly completed_at: string | null;
  readonly output: {
    readonly title: string | null;
    readonly summary: string | null;
    readonly text: string | null;
    readonly annotations_count: number;
  };
}

function read(given: GivenCheck): CheckRun {
  return {
    id: given.id,
    name: given.name,
    status: given.status,
    conclusion: given.conclusion,
    externalId: given.external_id ?? "",
    title: given.output.title ?? "",
    summary: given.output.summary ?? "",
    url: given.html_url ?? "",
    completedAt: given.completed_at,
  };
}

function isAsWanted(
  run: GivenCheck,
  conclusion: CheckConclusion,
  output: { readonly title: string; readonly summary: string; readonly text?: string },
): boolean {
  return (
    run.status === "completed" &&
    run.conclusion === conclusion &&
    run.output.title === output.title &&
    run.output.summary === output.summary &&
    (output.text === undefined || run.output.text === output.text)
  );
}

const LEVEL: Readonly<Record<Severity, "failure" | "warning" | "notice">> = {
  error: "failure",
  warning: "warning",
  info: "notice",
};

/** GitHub shows an annotation's words as they are, so nothing of them is markup; only what steers a terminal is escaped. */
function annotationsOf(diagnostics: readonly Diagnostic[]) {
  return inFileOrder(diagnostics)
    .flatMap(({ range, ...diagnostic }) => {
      if (range === undefined) return [];
      const { start, end, file } = range;
      const words = [diagnostic.summary, diagnostic.detail, diagnostic.hint && `hint: ${diagnostic.hint}`];
      const lines = words.flatMap((text) => (text === undefined || text === "" ? [] : text.split("\n")));
      const oneLine = start.line === end.line && end.column > start.column;
      return {
        path: file,
        start_line: start.line,
        end_line: Math.max(start.line, end.line),
        ...(oneLine ? { start_column: start.column, end_column: end.column } : {}),
        annotation_level: LEVEL[diagnostic.severity],
        title: diagnostic.code,
        message: inShort(lines.map(escapeTerminal).join("\n"), MESSAGE_MAX),
      };
    })
    .slice(0, ANNOTATIONS_MAX);
}

function inShort(text: string, lettersMax: number): string {
  const letters = Array.from(text);
  return letters.length <= lettersMax ? text : `${letters.slice(0, lettersMax - 1).join("")}…`;
}
