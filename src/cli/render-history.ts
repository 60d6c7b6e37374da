import { escapeTerminal } from "../diagnostics/escape-terminal.ts";
import type { Instant, ServiceId } from "../model/basics.ts";
import { fieldChanges } from "../plan/field-changes.ts";
import type { Costs } from "../plan/leaves.ts";
import { shownChange } from "../plan/shown-value.ts";
import type { PastRelease } from "../state/past-releases.ts";
import type { PastRun } from "../state/runs.ts";
import type { Terminal } from "./terminal.ts";

type Style = Pick<Terminal, "style">;
type Color = "green" | "red" | "yellow" | "dim";

const OUTCOMES: Readonly<Record<string, readonly [color: Color, sign: string, words: string]>> = {
  done: ["green", "✓", "done"],
  "found-done": ["green", "✓", "found done"],
  failed: ["red", "✗", "failed"],
  "rolled-back": ["red", "✗", "rolled back"],
  discarded: ["yellow", "–", "discarded"],
  skipped: ["yellow", "–", "skipped"],
};
const UNKNOWN = ["dim", "…", "not finished"] as const;
/** What a run without a journal says of itself is told this far. */
const SAYS_MAX = 3;

/** Runs for people: when and who, then a line for each service. Whatever State says is escaped. */
export function renderRuns(runs: readonly PastRun[], { style }: Style): string {
  return runs
    .map(({ run, url, ended, journal, says }) => {
      const who = escapeTerminal(url === undefined ? run : `${run}  ${url}`);
      return [`${style("bold", minute(ended))}  ${who}`, ...linesOf(journal, says, style)].join("\n");
    })
    .join("\n");
}

function linesOf(journal: PastRun["journal"], says: PastRun["says"], style: Style["style"]): string[] {
  if (journal === null)
    return says.slice(-SAYS_MAX).map((subject) => `  ${style("dim", escapeTerminal(subject).slice(0, 200))}`);
  const column = Math.max(0, ...journal.entries.map(({ service }) => service.length));
  return journal.entries.map(({ service, action, release, outcome, says: why }) => {
    const [color, sign, words] = OUTCOMES[outcome ?? ""] ?? UNKNOWN;
    const number = release === null ? "" : ` r${release}`;
    const wentWell = outcome === "done" || outcome === "found-done";
    const more = wentWell || why === undefined ? "" : `: ${escapeTerminal(why)}`;
    return `  ${style(color, sign)} ${service.padEnd(column)}  ${escapeTerminal(action)}${number}  ${style(color, words)}${more}`;
  });
}

/** A service's releases for people: how each ended, where it came from, and what it changed. */
export function renderReleases(
  service: ServiceId,
  releases: readonly PastRelease[],
  costs: Costs,
  { style }: Style,
): string {
  return [
    style("bold", service),
    ...releases.flatMap((past) => {
      const { release } = past;
      const commit = release.commit === null ? "not committed" : `commit ${release.commit.slice(0, 12)}`;
      const made = `${minute(release.createdAt)}, ${commit}, by ${escapeTerminal(release.run)}`;
      return [
        `r${release.number}  ${ending(past.end, style)}`,
        `    ${style("dim", made)}`,
        `    ${changesLine(past, costs)}`,
      ];
    }),
  ].join("\n");
}

function ending(end: PastRelease["end"], style: Style["style"]): string {
  switch (end.is) {
    case "serves":
      return `${style("green", "●")} serves since ${minute(end.since)}`;
    case "replaced":
      return `${style("dim", "○")} served, replaced by r${end.by} at ${minute(end.at)}`;
    case "stopped":
      return `${style("dim", "○")} served, stopped at ${minute(end.at)}`;
    case "held":
      return `${style("yellow", "□")} held: ${escapeTerminal(end.reason)}`;
    case "under-way":
      return `${style("yellow", "…")} on its way`;
    case "not-begun":
      return `${style("dim", "–")} given up before it began`;
  }
}

const CHANGES_MAX = 3;

/** What a release changed from the one before it, on one line, escaped. */
export function changesLine({ release, before }: Pick<PastRelease, "release" | "before">, costs: Costs): string {
  if (before === null) return "nothing served before it";
  const changes = fieldChanges(before, release, costs).map(shownChange);
  if (changes.length === 0) return "the same again";
  const shown = changes.slice(0, CHANGES_MAX).map(({ path, before: was, after: is }) => {
    if (was === null) return `${path} = ${is}`;
    return is === null ? `${path} gone` : `${path} ${was} → ${is}`;
  });
  const more = changes.length > CHANGES_MAX ? ` and ${changes.length - CHANGES_MAX} more` : "";
  return `${shown.map((text) => cut(escapeTerminal(text))).join(", ")}${more}`;
}

const TEXT_MAX = 80;

function cut(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}

/** `2026-11-24 15:51 UTC`; a record may say anything. */
function minute(at: Instant): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(at);
  return match === null ? escapeTerminal(at) : `${match[1]} ${match[2]} UTC`;
}
