import { codeSpan, fenced, markdownText } from "../../diagnostics/escape-markdown.ts";
import { digestOf } from "../../model/digest.ts";
import type { Step } from "../../model/plan.ts";
import {
  byGravity,
  detailGroups,
  FULL_ROWS_MAX,
  isGrave,
  STEP_TABLE,
  stepDetails,
  stepDiff,
  stepRow,
} from "../../plan/step-markdown.ts";
import type { EnvironmentReview, Review } from "../review.ts";
import type { Cut, Shown } from "./cut.ts";
import { countsInWords, listed } from "./headline.ts";
import type { Linker } from "./links.ts";
import { erredEnvironments, ownSteps } from "./own-steps.ts";
import { renamesIn } from "./renames.ts";
import { whenApplied } from "./when-applied.ts";

/** One environment, or several that get the very same; all texts are made once, however often they are cut. */
export interface Section {
  readonly environments: readonly EnvironmentReview[];
  readonly steps: readonly Step[];
  readonly graveCount: number;
  readonly rows: readonly string[];
  readonly details: readonly { readonly text: string; readonly count: number }[];
  /** Why none of it can be applied. */
  readonly erred: "everywhere" | "here" | null;
}

/** The environments that this pull request changes, in the order in which they get it. Equal ones share a section. */
export function sectionsOf(review: Review): Section[] {
  const erred = erredEnvironments(review);
  const groups = new Map<string, EnvironmentReview[]>();
  for (const environment of review.environments) {
    const steps = ownSteps(environment);
    if (steps.length === 0) continue;
    const key = digestOf([erred.includes(environment), ...steps.map((step) => lookOf(step, environment))]);
    groups.set(key, [...(groups.get(key) ?? []), environment]);
  }
  const everywhere = erred.length === review.environments.length;
  return [...groups.values()].map((equal) => {
    const isErred = equal.some((one) => erred.includes(one));
    return section(equal, isErred ? (everywhere ? "everywhere" : "here") : null);
  });
}

/** When each is applied, what changes, and each change to unfold. */
export function environmentSection(section: Section, links: Linker, cut: Cut): Shown {
  const { environments, steps, graveCount, rows, details } = section;
  const grave = Math.min(graveCount, cut.graveRows);
  const mild = Math.min(steps.length - graveCount, cut.rows);
  const missing = steps.slice(graveCount + mild);
  const kept = details.slice(0, cut.diffs);
  const lost = details.slice(kept.length).reduce((sum, { count }) => sum + count, 0);
  const shownRows = [...rows.slice(0, grave), ...rows.slice(graveCount, graveCount + mild)];
  const compact = compactList(steps.slice(grave, graveCount), grave > 0, cut);
  const name = environments.map((environment) => markdownText(environment.name));
  return {
    blocks: [
      `#### ${listed(name)}${environments.length > 1 ? ": the same" : ""}`,
      ...(section.erred === null ? whenApplied(environments, links, cut) : []),
      ...(section.erred === "here" ? ["Not applied before the errors are fixed."] : []),
      ...(shownRows.length > 0 ? [[STEP_TABLE, ...shownRows].join("\n")] : []),
      ...compact.blocks,
      ...(missing.length > 0 ? [`${mild > 0 ? "And" : "Besides"} ${countsInWords(missing)}, not listed here.`] : []),
      ...renamesIn(steps),
      ...howToRetry(section),
      ...kept.map(({ text }) => text),
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

function section(environments: readonly EnvironmentReview[], erred: Section["erred"]): Section {
  const [first] = environments;
  const steps = first === undefined ? [] : byGravity(ownSteps(first));
  const confirmed = first?.plan?.allowDestroy ?? [];
  const inShort = steps.length > FULL_ROWS_MAX;
  const groups = detailGroups(steps);
  const linesOf = ([step]: readonly Step[]): number => (step === undefined ? 0 : stepDiff(step).length);
  const isOpen = groups.reduce((sum, group) => sum + linesOf(group), 0) <= OPEN_LINES_MAX;
  return {
    environments,
    steps,
    graveCount: steps.filter(isGrave).length,
    rows: steps.map((step) => stepRow(step, { isConfirmed: confirmed.includes(step.service), inShort })),
    details: groups.flatMap((group) => {
      const text = stepDetails(group, { isOpen, inShort });
      return text === null ? [] : [{ text, count: group.length }];
    }),
    erred,
  };
}

/** All of a step that its section shows. */
function lookOf(step: Step, { plan }: EnvironmentReview): unknown {
  const isConfirmed = plan?.allowDestroy.includes(step.service) ?? false;
  const { strategy, timeline, dependents } = step;
  return [stepRow(step, { isConfirmed, inShort: false }), stepDiff(step), strategy, timeline ?? null, dependents];
}

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
