import type { Clock, Ms } from "../model/basics.ts";
import type { Sample } from "../model/health.ts";
import { askTarget } from "./ask-target.ts";
import { prepare } from "./prepare.ts";
import { targetAt } from "./target.ts";

/** How long an answer of the control target speaks for the failures beside it. */
const KEPT_MS = 5_000;
const TIMEOUT_MS = 3_000;

/** Something that is always there: where it does not answer either, the trouble is ours. */
export interface Control {
  /** Whether it answers at all, asked at most once in a few seconds, however many services fail at once. */
  answers(): Promise<boolean>;
}

/** Any answer counts: what is asked is whether there is a network between us and the world. */
export function controlAt(url: string, clock: Clock): Control {
  let asked: { readonly since: Ms; readonly answer: Promise<boolean> } | null = null;
  const ask = async (): Promise<boolean> => {
    const { question } = prepare(targetAt(url, {}, []), () => undefined);
    if (question === undefined) return true;
    return (await askTarget(question, { clock, timeoutMs: TIMEOUT_MS })).error === undefined;
  };
  return {
    answers() {
      const now = clock.monotonic();
      if (asked === null || now - asked.since > KEPT_MS) asked = { since: now, answer: ask() };
      return asked.answer;
    },
  };
}

/** The sample as it stands, or `unknown` where it failed and the control target, asked in the same moment, did as well. */
export async function judgedBeside(sample: Sample, control: Control | undefined): Promise<Sample> {
  if (sample.outcome !== "fail" || control === undefined || (await control.answers())) return sample;
  return { ...sample, outcome: "unknown", error: "the control target did not answer either" };
}
