import { codeSpan, fenced, markdownText } from "../../diagnostics/escape-markdown.ts";
import { digestOf, shortDigest } from "../../model/digest.ts";
import type { Step } from "../../model/plan.ts";
import { byGravity, isGrave, STEP_TABLE, stepDetails, stepDiff, stepRow } from "../../plan/step-markdown.ts";
import type { EnvironmentReview, Review } from "../review.ts";
import type { Cut, Shown } from "./cut.ts";
import { countsInWords, listed } from "./headline.ts";
import type { Linker } from "./links.ts";
import { ownSteps } from "./own-steps.ts";
import { renamesIn } from "./renames.ts";

/** One environment, or several that get the very same; all texts are made once, however often they are cut. */
export interface Section {
  readonly environments: readonly EnvironmentReview[];
  readonly steps: readonly Step[];
  readonly graveCount: number;
  readonly rows: readonly string[];
  readonly details: readonly (string | null)[];
}

/** The environments that this pull request changes, in the order in which they get it. Equal ones share a section. */
export function sectionsOf({ environments }: Review): Section[] {
  const groups = new Map<string, EnvironmentReview[]>();
  for (const environment of environments) {
    const steps = ownSteps(environment);
    if (steps.length === 0) continue;
    const key = digestOf(steps.map((step) => lookOf(step, environment)));
    groups.set(key, [...(groups.get(key) ?? []), environment]);
  }
  return [...groups.values()].map((equal) => section(equal));
}

/** When each is applied, what changes, and each change to unfold. */
export function environmentSection(section: Section, links: Linker, cut: Cut): Shown {
  const { environments, steps, graveCount, rows, details } = section;
  const grave = Math.min(graveCount, cut.graveRows);
  const mild = Math.min(steps.length - graveCount, cut.rows);
  const missing = steps.slice(graveCount + mild);
  const kept = details.slice(0, cut.diffs);
  const unfolded = kept.filter((text) => text !== null);
  const lost = details.slice(kept.length).filter((text) => text !== null).length;
  const shownRows = [...rows.slice(0, grave), ...rows.slice(graveCount, graveCount + mild)];
  const compact = compactList(steps.slice(grave, graveCount), grave > 0, cut);
  const name = environments.map((environment) => markdownText(environment.name));
  return {
    blocks: [
      `#### ${listed(name)}${environments.length > 1 ? ": the same" : ""}`,
      [
        ...environments.map((environment) => whenApplied(environment, environments.length > 1, links)),
        ...(environments.every(({ plan }) => plan?.stateOid === null) ? ["Nothing is recorded there yet."] : []),
      ].join(" "),
      ...(shownRows.length > 0 ? [[STEP_TABLE, ...shownRows].join("\n")] : []),
      ...compact.blocks,
      ...(missing.length > 0 ? [`${mild > 0 ? "And" : "Besides"} ${countsInWords(missing)}, not listed here.`] : []),
      ...renamesIn(steps),
      ...howToRetry(section),
      ...unfolded,
    ],
    leftOut: [
      ...compact.leftOut,
      ...(missing.length > 0 ? [`${missing.length} ${missing.length === 1 ? "row" : "rows"}`] : []),
      ...(lost > 0 ? [`the fields of ${lost} ${lost === 1 ? "service" : "services"}`] : []),
    ],
  };
}

/** Diffs of a plan as small as this are unfolded from the start. */
const OPEN_LINES_MAX = 12;

function section(environments: readonly [EnvironmentReview, ...EnvironmentReview[]] | EnvironmentReview[]): Section {
  const [first] = environments;
  const steps = first === undefined ? [] : byGravity(ownSteps(first));
  const named = first?.plan?.allowDestroy ?? [];
  const isSmall = steps.reduce((sum, step) => sum + stepDiff(step).length, 0) <= OPEN_LINES_MAX;
  return {
    environments,
    steps,
    graveCount: steps.filter(isGrave).length,
    rows: steps.map((step) => stepRow(step, named.includes(step.service))),
    details: steps.map((step) => stepDetails(step, isSmall)),
  };
}

/** All of a step that its section shows. */
function lookOf(step: Step, { plan }: EnvironmentReview): unknown {
  const isNamed = plan?.allowDestroy.includes(step.service) ?? false;
  return [stepRow(step, isNamed), stepDiff(step), step.timeline?.steps ?? []];
}

function whenApplied({ name, apply, plan }: EnvironmentReview, isShared: boolean, links: Linker): string {
  const where = isShared ? `${capital(markdownText(name))} gets it` : "Applied";
  if (apply === "on_merge") return `${where} on merge.`;
  if (apply !== "manual") return `${where} after ${markdownText(apply.after)}.`;
  const digest = plan === null ? "" : ` and the digest ${codeSpan(shortDigest(plan.digest))}`;
  return `${where} by hand: run the ${links.workflow("apply workflow", APPLY_WORKFLOW)} with the environment ${codeSpan(name)}${digest}.`;
}

const APPLY_WORKFLOW = "fairlead-apply.yml";

/** What lets a held release be tried again, with the first one for an example. */
function howToRetry({ steps, environments }: Section): string[] {
  const held = steps.find(({ action }) => action === "held");
  if (held === undefined) return [];
  const command = `fairlead retry ${held.service} -e ${environments[0]?.name ?? ""}`;
  return [`What is held waits for another spec or other code, or for ${codeSpan(command)}.`];
}

/** What has no row of its own any more: every id, as short as can be. */
function compactList(steps: readonly Step[], isRest: boolean, cut: Cut): Shown {
  if (steps.length === 0) return { blocks: [], leftOut: [] };
  const ids = steps.map(({ service }) => service);
  const kept = ids.slice(0, cut.graveIds);
  const more = ids.length - kept.length;
  const head = `${isRest ? "And besides" : "In short, since they are so many"}, **${countsInWords(steps)}**${more > 0 ? `; here are ${kept.length} of ${ids.length} ids, since GitHub takes no longer comment` : ""}:`;
  return {
    blocks: [head, ...(kept.length > 0 ? [fenced(inLines(kept), "text", Number.POSITIVE_INFINITY)] : [])],
    leftOut: [`${steps.length} rows of what is destroyed`, ...(more > 0 ? [`${more} ids of what is destroyed`] : [])],
  };
}

const LINE_MAX = 110;

function inLines(words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + word.length >= LINE_MAX) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
