import { isDeepStrictEqual } from "node:util";
import type { Digest, ServiceId } from "../model/basics.ts";
import type { FieldChange, Plan, Step, StepAction } from "../model/plan.ts";

/** The steps that a merged pull request showed as its own when it was merged: worked out again, never read off a comment. */
export interface Shown {
  readonly pull: number;
  readonly steps: readonly Step[];
}

export interface Judgement {
  readonly approved: ReadonlyMap<ServiceId, Digest>;
  /** For every other step why not. */
  readonly refusals: ReadonlyMap<ServiceId, string>;
  /** By whom each approved step is. */
  readonly by: ReadonlyMap<ServiceId, ApprovedBy>;
}

/** Merged pull requests, sorted; the recorded `auto_apply`; or the person who started the apply by hand. */
export type ApprovedBy =
  | { readonly is: "pulls"; readonly pulls: readonly number[] }
  | { readonly is: "automatic" }
  | { readonly is: "named" };

/** Digits of a digest that a person has to name at least. */
export const NAMED_MIN = 12;

/**
 * Which steps of a plan somebody has approved: merged with just this step shown; or by the recorded `deployment.auto_apply`; or
 * named by its digest, or the plan's, when the apply was started by hand. Where two merged pull requests meet in one
 * service, each field needs one that showed it with the value that it gets now, and nothing graver than they showed happens.
 */
export function judge(
  plan: Plan,
  on: {
    /** What was shown of a service since the release that is recorded of it: an older approval has been used. */
    readonly shown: (service: ServiceId) => readonly Shown[];
    readonly named: readonly string[];
  },
): Judgement {
  const approved = new Map<ServiceId, Digest>();
  const refusals = new Map<ServiceId, string>();
  const by = new Map<ServiceId, ApprovedBy>();
  for (const step of plan.steps) {
    if (step.action === "held") continue;
    const shown = on.shown(step.service);
    const approval = approvalOf(step, { plan, shown, named: on.named });
    if (approval === null) refusals.set(step.service, whyNot(step, shown));
    else {
      approved.set(step.service, step.digest);
      by.set(step.service, approval);
    }
  }
  return { approved, refusals, by };
}

function approvalOf(
  step: Step,
  on: { readonly plan: Plan; readonly shown: readonly Shown[]; readonly named: readonly string[] },
): ApprovedBy | null {
  if (isNamed(step, on.plan, on.named)) return { is: "named" };
  const pulls = pullsFor(step, on.shown);
  if (pulls !== null) return { is: "pulls", pulls: [...pulls].sort((a, b) => a - b) };
  return isAutomatic(step) ? { is: "automatic" } : null;
}

/** The pull requests that together showed all of a step; null where they did not. */
function pullsFor(step: Step, shown: readonly Shown[]): readonly number[] | null {
  const exact = shown.find(({ steps }) => steps.some(({ digest }) => digest === step.digest));
  if (exact) return [exact.pull];
  const about = shown.flatMap(({ pull, steps }) =>
    steps.filter((one) => isAbout(one, step)).map((one) => ({ pull, step: one })),
  );
  const graves = about.filter((one) => gravityOf(one.step) >= gravityOf(step));
  if (graves.length === 0) return null;
  // A delete has no fields: that a pull request showed it, on another record, is all that there is to approve.
  if (step.action === "delete") return [...new Set(graves.map(({ pull }) => pull))];
  const parts = partsOf(step);
  const pulls = parts.map((part) =>
    about.filter((one) => partsOf(one.step).some((other) => isDeepStrictEqual(part, other))),
  );
  if (parts.length === 0 || pulls.some((found) => found.length === 0)) return null;
  return [...new Set([...pulls.flat(), ...graves].map(({ pull }) => pull))];
}

function isAbout(one: Step, step: Step): boolean {
  return one.service === step.service && one.previousId === step.previousId && one.action !== "held";
}

/** A move that cannot carry over what runs is a replace under another name. */
function gravityOf({ action, impact }: Step): number {
  return action === "move" && impact === "replace" ? GRAVITY.replace : GRAVITY[action];
}

/** How much a step takes away or sets up, compared with what was shown. */
const GRAVITY: Readonly<Record<StepAction, number>> = {
  "no-op": 0,
  held: 0,
  update: 1,
  start: 1,
  move: 2,
  create: 2,
  stop: 3,
  replace: 4,
  delete: 5,
};

/** What of a step each needs an approval: its fields with the value that they get; of a new service, all that it says. */
function partsOf(step: Step): readonly unknown[] {
  const { after, changes } = step;
  if (step.action !== "create" || after === null) return changes.map(partOf);
  return [
    ...Object.entries(after.spec).map(([key, value]) => ({ key, value })),
    { artifact: after.artifactDigest },
    { secrets: after.secrets },
  ];
}

function partOf({ path, after }: FieldChange): unknown {
  return { path, after: after === undefined ? null : after, isGone: after === undefined };
}

/** Fields that the recorded release lets be changed without anybody's leave; a change cannot allow itself. */
function isAutomatic({ action, changes, before }: Step): boolean {
  const fields = before?.spec.deployment.auto_apply ?? [];
  return (
    action === "update" &&
    changes.length > 0 &&
    changes.every(({ path }) => fields.some((field) => `${path.join(".")}.`.startsWith(`${field}.`)))
  );
}

function isNamed({ digest }: Step, plan: Plan, named: readonly string[]): boolean {
  return named.some((name) => name.length >= NAMED_MIN && (digest.startsWith(name) || plan.digest.startsWith(name)));
}

function whyNot(step: Step, shown: readonly Shown[]): string {
  const about = shown.filter(({ steps }) => steps.some((one) => isAbout(one, step)));
  if (about.length === 0) return "no merged pull request showed it";
  const numbers = about.map(({ pull }) => `#${pull}`).join(", ");
  return `it is not what ${numbers} showed: the service, or what is recorded of it, has changed since`;
}

/** Digests that a person has named, out of one line of text: at least 12 hex digits each. */
export function digestsNamed(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => /^[0-9a-f]{12,64}$/.test(word));
}
