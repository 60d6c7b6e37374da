import { codeSpan, fenced, markdownText } from "../../diagnostics/escape-markdown.ts";
import { byGravity, isGrave } from "../../plan/step-markdown.ts";
import type { EnvironmentReview } from "../review.ts";
import type { Cut } from "./cut.ts";
import type { Linker } from "./links.ts";
import { ownSteps, pendingSteps } from "./own-steps.ts";

/** When the environments of a section get what it shows, and by what: paragraphs. */
export function whenApplied(
  environments: readonly EnvironmentReview[],
  links: Linker,
  { pending }: Pick<Cut, "pending">,
): string[] {
  const isShared = environments.length > 1;
  const byItself = environments.filter(({ apply }) => apply !== "manual");
  const byHand = environments.filter(({ apply }) => apply === "manual");
  const said = [
    ...byItself.map(({ name, apply }) => {
      const when =
        apply === "on_merge" || typeof apply === "string" ? "on merge" : `after ${markdownText(apply.after)}`;
      return `${isShared ? `${capital(markdownText(name))} gets it` : "Applied"} ${when}.`;
    }),
    ...(byHand.length === 0 ? [] : [handSentence(byHand, isShared, links)]),
  ];
  return [
    said.join(" "),
    ...(byHand.some(isTyped) ? [fenced(byHand.filter(isTyped).map(command), "sh")] : []),
    ...byHand.flatMap((one) => earlierToo(one, { pending, isShared })),
    ...approval(environments),
    ...(environments.every(({ plan }) => plan?.stateOid === null) ? ["Nothing is recorded there yet."] : []),
  ];
}

/** Whether the section of an environment says what else its run applies. */
export function tellsPending(environment: EnvironmentReview): boolean {
  return environment.apply === "manual" && ownSteps(environment).length > 0;
}

const APPLY_WORKFLOW = "fairlead-apply.yml";

function handSentence(byHand: readonly EnvironmentReview[], isShared: boolean, links: Linker): string {
  const names = byHand.map(({ name }) => markdownText(name)).join(" and ");
  const where = isShared ? `${capital(names)} ${byHand.length === 1 ? "gets" : "get"} it` : "Applied";
  const end = byHand.some(isTyped) ? ":" : ".";
  return `${where} by hand after the merge, with the ${links.workflow("apply workflow", APPLY_WORKFLOW)}${end}`;
}

/** Whether a name can be pasted into a shell. The others are chosen in the workflow's form. */
function isTyped({ name }: EnvironmentReview): boolean {
  return /^[A-Za-z0-9][\w.-]*$/.test(name);
}

/** What the merged pull request showed is approved by the merge: no digest is needed. */
function command({ name }: EnvironmentReview): string {
  return `gh workflow run ${APPLY_WORKFLOW} -f environment=${name}`;
}

function earlierToo(
  environment: EnvironmentReview,
  { pending, isShared }: { readonly pending: number; readonly isShared: boolean },
): string[] {
  const steps = byGravity(pendingSteps(environment));
  if (steps.length === 0) return [];
  const kept = steps.slice(0, Math.min(pending, TOLD_MAX)).map((step) => {
    const text = `${codeSpan(step.service, 120)} ${step.action}`;
    return isGrave(step) ? `**${text}**` : text;
  });
  const more = steps.length - kept.length;
  const unseen = steps.slice(kept.length).filter(({ action }) => action === "delete" || action === "replace").length;
  const rest = `${more} more${unseen > 0 ? `, **${unseen} of them to delete or replace**` : ""}`;
  const run = isShared ? `The run for ${markdownText(environment.name)}` : "That run";
  return [`${run} also applies earlier merges: ${[...kept, ...(more > 0 ? [rest] : [])].join(", ")}.`];
}

const TOLD_MAX = 20;

function approval(environments: readonly EnvironmentReview[]): string[] {
  const whose = new Map<string, string[]>();
  for (const { name, approvers = [] } of environments) {
    if (approvers.length === 0) continue;
    const who = approvers.slice(0, TOLD_MAX).map((one) => codeSpan(one, 120));
    const text = who.length === 1 ? who.join("") : `${who.slice(0, -1).join(", ")} or ${who.at(-1)}`;
    whose.set(text, [...(whose.get(text) ?? []), markdownText(name)]);
  }
  return [...whose].map(([who, names]) => {
    const isAll = names.length === environments.length;
    const verb = names.length === 1 ? "needs" : "need";
    const start = isAll && names.length === 1 ? "Needs" : `${capital(names.join(" and "))} ${verb}`;
    return `${start} the approval of ${who}, on the commit that is merged.`;
  });
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
