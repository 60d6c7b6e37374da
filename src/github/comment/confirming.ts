import { codeSpan, fenced, markdownText } from "../../diagnostics/escape-markdown.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { shortDigest } from "../../model/digest.ts";
import type { Step } from "../../model/plan.ts";
import type { EnvironmentReview, Review } from "../review.ts";
import { alert } from "./alert.ts";
import { type Cut, NOTHING, type Shown } from "./cut.ts";
import { listed } from "./headline.ts";
import { erredEnvironments, unconfirmedDestroys } from "./own-steps.ts";

/** Destroys that somebody has to confirm, with all to copy for it; and what is not applied at all before that. */
export function confirming(review: Review, cut: Cut): Shown {
  const erred = erredEnvironments(review);
  const open = review.environments.filter((one) => !erred.includes(one));
  const waiting = open.filter((one) => unconfirmedDestroys(one).length > 0);
  const steps = waiting.flatMap(unconfirmedDestroys);
  const limits = open.flatMap((one) => limitsOf(one).map((limit) => nothingAtAll(one, limit)));
  if (steps.length === 0 && limits.length === 0) return NOTHING;
  if (steps.length === 0) return { blocks: [alert("WARNING", parted(limits))], leftOut: [] };
  const commands = steps.slice(0, cut.commands).map(command);
  const more = steps.length - commands.length;
  const isOne = steps.length === 1;
  const otherwise = limits.length > 0 ? "" : ` Otherwise ${isOne ? "it stays" : "they stay"} and the rest is applied.`;
  const what = isOne
    ? "this as a new comment"
    : commands.length > FENCE_MAX
      ? "these as new comments, one for each block, or those lines that are meant"
      : "this as a new comment, or those lines of it that are meant";
  const lines = parted([
    `**Confirm ${destroysInWords(steps)}: ${whichWhere(waiting)}.**${otherwise}`,
    ...limits,
    `To confirm, someone with write access posts ${what}, before merging:`,
    ...inFences(commands),
    ...(more > 0
      ? [
          `And ${more} more in the same form, ${codeSpan("/fairlead allow-destroy ID DIGEST")}, with the digests from the run's summary.`,
        ]
      : []),
  ]);
  return { blocks: [alert("WARNING", lines)], leftOut: more > 0 ? [`${more} lines that confirm a destroy`] : [] };
}

/** Destroys by their kind: `2 deletes`, `1 delete and 1 replace`. */
export function destroysInWords(steps: readonly Step[]): string {
  const deletes = steps.filter(({ action }) => action === "delete").length;
  const replaces = steps.length - deletes;
  const counts = [
    [deletes, "delete"],
    [replaces, "replace"],
  ] as const;
  return counts
    .flatMap(([count, noun]) => (count === 0 ? [] : [`${count} ${noun}${count === 1 ? "" : "s"}`]))
    .join(" and ");
}

/** More commands in one comment are not read (`destroy-command.ts`). */
const FENCE_MAX = 200;
const NAMES_MAX = 5;

/** Services by where they are destroyed: "`a` and `b` in production, `c` in staging and production". */
function whichWhere(waiting: readonly EnvironmentReview[]): string {
  const where = new Map<string, string[]>();
  for (const environment of waiting)
    for (const { service } of unconfirmedDestroys(environment))
      where.set(service, [...(where.get(service) ?? []), environment.name]);
  const services = new Map<string, string[]>();
  for (const [service, names] of where) {
    const place = listed(names);
    services.set(place, [...(services.get(place) ?? []), service]);
  }
  return [...services]
    .slice(0, NAMES_MAX)
    .map(([place, ids]) => {
      const shown = ids.slice(0, NAMES_MAX).map((id) => codeSpan(id, 120));
      const more = ids.length - shown.length;
      const all = [...shown, ...(more > 0 ? [`${more} more`] : [])];
      const names = all.length === 1 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
      return `${names} in ${markdownText(place)}`;
    })
    .join(", ");
}

/** Too many deletes at once, or all of them: until they are confirmed nothing else is applied either. */
function limitsOf({ safety }: EnvironmentReview): readonly Diagnostic[] {
  return safety.filter(({ code, severity }) => severity === "error" && code !== "destroy-not-named");
}

function nothingAtAll(environment: EnvironmentReview, { code, summary }: Diagnostic): string {
  const isOwn = unconfirmedDestroys(environment).length > 0;
  const which = isOwn ? "these" : "the deletes that were merged earlier";
  const amount = code === "catalog-empty" ? "all" : "enough";
  return `Until ${amount} of ${which} are confirmed, **nothing at all** is applied to ${markdownText(environment.name)}: ${markdownText(summary)}.`;
}

function command({ service, digest }: Step): string {
  return `/fairlead allow-destroy ${service} ${shortDigest(digest)}`;
}

function inFences(commands: readonly string[]): string[] {
  const fences: string[] = [];
  for (let at = 0; at < commands.length; at += FENCE_MAX)
    fences.push(fenced(commands.slice(at, at + FENCE_MAX), "text"));
  return fences;
}

function parted(blocks: readonly string[]): string[] {
  return blocks.flatMap((block, at) => (at === 0 ? [block] : ["", block]));
}
