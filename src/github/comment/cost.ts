import { codeSpan } from "../../diagnostics/escape-markdown.ts";
import type { Ms, ServiceId } from "../../model/basics.ts";
import type { Step } from "../../model/plan.ts";
import type { Spec } from "../../model/service.ts";
import { GAP, restarts, stops, timeInWords } from "../../plan/cost-words.ts";
import { runs } from "../../plan/last-applied.ts";

/** What steps cost, as far as a reader decides by it. */
export interface Cost {
  /** Services that end, with nothing in their place. */
  readonly stops: readonly ServiceId[];
  /** Services whose processes start anew. */
  readonly restarts: number;
  /** Those of them that answer nothing meanwhile. */
  readonly gaps: number;
  readonly slowest: { readonly shortestMs: Ms; readonly longestMs: Ms };
  readonly instances: Instances;
}

/** Of the services with a step: before, afterwards, and the most that there can be meanwhile. */
interface Instances {
  readonly before: number;
  readonly after: number;
  readonly atMost: number;
  /** Whether any service gets another number of them. */
  readonly differ: boolean;
}

/** Adds up the timelines of steps. */
export function costOf(steps: readonly Step[]): Cost {
  const restarted = steps.filter(restarts);
  return {
    stops: steps.filter(stops).map(({ service }) => service),
    restarts: restarted.length,
    gaps: restarted.filter(({ strategy }) => strategy === "recreate").length,
    slowest: steps.flatMap(({ timeline }) => timeline ?? []).reduce(slower, { shortestMs: 0, longestMs: 0 }),
    instances: steps.map(instancesOf).reduce(
      (sum, one) => ({
        before: sum.before + one.before,
        after: sum.after + one.after,
        atMost: sum.atMost + one.atMost,
        differ: sum.differ || one.differ,
      }),
      { before: 0, after: 0, atMost: 0, differ: false },
    ),
  };
}

/** The most that any of several environments has to bear. */
export function worstOf(costs: readonly Cost[]): Cost {
  return costs.reduce(
    (a, b) => ({
      stops: [...new Set([...a.stops, ...b.stops])],
      restarts: Math.max(a.restarts, b.restarts),
      gaps: Math.max(a.gaps, b.gaps),
      slowest: slower(a.slowest, b.slowest),
      instances: b.instances.atMost > a.instances.atMost ? b.instances : a.instances,
    }),
    costOf([]),
  );
}

/** What stops, as a sentence of Markdown without its full stop; null where nothing does. */
export function stopsInWords({ stops: ids }: Cost): string | null {
  if (ids.length === 0) return null;
  if (ids.length > NAMES_MAX) return `${ids.length} services stop: requests to them get 503`;
  const names = [...ids].sort().map((id) => codeSpan(id, 120));
  if (names.length === 1) return `${names[0]} stops: requests to it get 503`;
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} stop: requests to them get 503`;
}

/** The rest of a cost in words: `2 services restart, 1 of them answers 503 meanwhile`. Empty where nothing is worth telling. */
export function costInWords({ restarts: count, gaps, slowest, instances }: Cost): string[] {
  return [
    ...(count === 0
      ? []
      : [`${count === 1 ? "1 service restarts" : `${count} services restart`}${gapInWords(count, gaps)}`]),
    ...(slowest.longestMs === 0 ? [] : [`the slowest rollout: ${timeInWords(slowest)}`]),
    ...instancesInWords(instances),
  ];
}

const NAMES_MAX = 3;

function slower<T extends Cost["slowest"]>(a: Cost["slowest"], b: T): Cost["slowest"] {
  const { shortestMs, longestMs } = b.longestMs > a.longestMs ? b : a;
  return { shortestMs, longestMs };
}

function gapInWords(count: number, gaps: number): string {
  if (gaps === 0) return "";
  if (gaps === count) return ` and ${count === 1 ? GAP : SEVERAL}`;
  return gaps === 1 ? `, 1 of them ${GAP}` : `, ${gaps} of them ${SEVERAL}`;
}

const SEVERAL = GAP.replace("answers", "answer");

function instancesInWords({ before, after, atMost, differ }: Instances): string[] {
  const settled = Math.max(before, after);
  const extra = atMost - settled;
  if (differ) return [`instances ${before} → ${after}${extra > 0 ? `, up to ${atMost} meanwhile` : ""}`];
  return extra <= 0 ? [] : [`up to ${extra} more ${extra === 1 ? "instance" : "instances"} meanwhile`];
}

function instancesOf({ timeline, before, after }: Step): Instances {
  if (timeline === null) return { before: 0, after: 0, atMost: 0, differ: false };
  const [was, is] = [instancesIn(before?.spec), instancesIn(after?.spec)];
  return { before: was, after: is, atMost: Math.max(was, is, timeline.peakInstances), differ: was !== is };
}

function instancesIn(spec: Spec | undefined): number {
  return spec !== undefined && runs(spec) ? spec.runtime.replicas : 0;
}
