import { codeSpan, markdownText } from "../../diagnostics/escape-markdown.ts";
import type { Review } from "../review.ts";
import { blocking, errorsOf, whereErrorsAre } from "./blocking.ts";
import { commentDigest } from "./comment-digest.ts";
import type { CommentInput } from "./comment-input.ts";
import { type Cut, fitted, type Shown } from "./cut.ts";
import { environmentSection, sectionsOf } from "./environment-section.ts";
import { headBlock, headline, listed } from "./headline.ts";
import { type Linker, linker } from "./links.ts";
import { changesAnything, ofSeverity, pendingSteps, problemsOf } from "./own-steps.ts";
import { othersNote, pendingNote, problemNote, sinceNote } from "./side-notes.ts";

/** The plan's text within a limit of bytes. `marker` is what must stand at the end of it, or empty. */
export function composed(input: CommentInput, limit: number, marker = ""): string {
  const links = linker(input.links);
  const digest = commentDigest(input.review);
  const sections = sectionsOf(input.review);
  const end = marker === "" ? "\n" : `\n\n${marker}\n`;
  return fitted(limit, (cut) => {
    const parts: Shown[] = [
      opening(input.review, links, cut),
      blocking(input.review, links, cut),
      ...sections.slice(0, cut.sections).map((section) => environmentSection(section, links, cut)),
      ...(sections.length > cut.sections ? [unlisted(sections.length - cut.sections)] : []),
      pendingNote(input.review, cut),
      problemNote(input.review, links, cut),
      sinceNote(input, digest, links, cut),
      othersNote(input, links, cut),
    ];
    const leftOut = parts.flatMap((part) => part.leftOut);
    const blocks = parts.flatMap((part) => part.blocks);
    return [...blocks, ...leftOutBlock(leftOut, input, links), footer(input, links)].join("\n\n") + end;
  });
}

/** Whether there is nothing to say: no change, and no problem that anybody must know of. */
export function isQuiet(review: Review): boolean {
  const problems = problemsOf(review);
  return !changesAnything(review) && problems.every(({ severity }) => severity === "info");
}

/** The one line where nothing changes, with the commit that it is about. */
export function quietBody({ review, links }: CommentInput): string {
  return `${quietLine(review)} <sub>${linker(links).commit(review.head)}</sub>`;
}

/** The one line where nothing changes. */
export function quietLine({ environments }: Review): string {
  const names = environments.map(({ name }) => name);
  if (names.length === 0)
    return "No change to what runs: `fairlead.yaml` names no environment but development, which is everyone's own.";
  const unplanned = environments.filter(({ plan }) => plan === null).map(({ name }) => name);
  if (unplanned.length > 0) return `### Plan: ${markdownText(`${listed(unplanned)} cannot be planned`)}`;
  const waiting = environments.reduce((sum, one) => sum + pendingSteps(one).length, 0);
  const earlier = waiting === 0 ? "" : ` (${waiting} merged earlier ${waiting === 1 ? "waits" : "wait"} to be applied)`;
  return `No change to what runs in ${markdownText(listed(names))}${earlier}.`;
}

/** What changes; after the errors, where there are any, since they decide. */
function opening(review: Review, links: Linker, cut: Cut): Shown {
  const changes = changesAnything(review);
  const count = ofSeverity(problemsOf(review), "error").length;
  if (count === 0) return { blocks: [changes ? headBlock(review) : quietLine(review)], leftOut: [] };
  const { blocks, leftOut } = errorsOf(review, links, cut);
  const where = whereErrorsAre(review);
  const head = `### Cannot be applied${where}: ${count === 1 ? "1 error" : `${count} errors`}`;
  const fixed = count === 1 ? "Once it is fixed" : "Once they are fixed";
  const rest = !changes
    ? []
    : where === ""
      ? [`${fixed}, of what could be read: ${markdownText(headline(review))}.`]
      : [headBlock(review)];
  return { blocks: [head, ...blocks, ...rest], leftOut };
}

function unlisted(count: number): Shown {
  const text = `${count} ${count === 1 ? "environment changes" : "environments change"} besides`;
  return { blocks: [`${text}, with no room for them here.`], leftOut: [`${count} environments`] };
}

/** Exactly what is missing, and where it is. */
function leftOutBlock(
  leftOut: readonly string[],
  { links: { runUrl }, review }: CommentInput,
  links: Linker,
): string[] {
  if (leftOut.length === 0) return [];
  const where =
    runUrl === null
      ? `${codeSpan(`fairlead plan --base ${review.base.slice(0, 12)} --ref ${review.head.slice(0, 12)}`)} shows all of it`
      : `${links.run("the run's summary")} has all of it`;
  const unique = [...new Set(leftOut)];
  return [`**Left out here, for length:** ${unique.join(", ")}; ${where}.`];
}

const STATES_MAX = 10;

function footer({ review, links: { version } }: CommentInput, links: Linker): string {
  const states = review.environments.flatMap(({ name, plan }) =>
    plan === null
      ? []
      : [
          `${markdownText(name)} (${plan.stateOid === null ? "nothing recorded yet" : codeSpan(plan.stateOid.slice(0, 7))})`,
        ],
  );
  const more = states.length - STATES_MAX;
  const shown = more > 0 ? [...states.slice(0, STATES_MAX), `${more} more`] : states;
  const against = shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
  const run = links.run("run");
  const parts = [
    links.commit(review.head),
    ...(states.length === 0 ? [] : [`Planned against what is recorded of ${against}`]),
    `Fairlead ${codeSpan(version, 40)}`,
    ...(run === "run" ? [] : [run]),
  ];
  return `<sub>${parts.join(" · ")} · Applied only after the merge, and only as shown here.</sub>`;
}
