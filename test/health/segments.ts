import type { Sample, Segment, Watching } from "../../src/model/health.ts";

export const WATCHING: Watching = { cadenceMs: 30_000, timeoutMs: 5_000, failure_threshold: 3, success_threshold: 2 };

/** `p`, `w`, `f`: what was answered; `u`: could not be asked; `m`: passed in maintenance; `F`: failed three times; ` `: not asked. */
const LETTERS: Readonly<Record<string, Partial<Sample>>> = {
  p: { outcome: "pass", latencyMs: 12.4 },
  w: { outcome: "warn", latencyMs: 400 },
  f: { outcome: "fail", error: "connection refused" },
  F: { outcome: "fail", error: "connection refused", attempts: 3 },
  u: { outcome: "unknown", error: "the control target did not answer either" },
  m: { outcome: "pass", latencyMs: 12.4, during: "maintenance" },
};

/** A segment of one service, a letter an asking, one a cadence: `ppf` is two passes and a failure. */
export function seen(
  outcomes: string,
  from: number,
  over: Partial<Segment> & { readonly service?: string; readonly watched?: Partial<Watching> } = {},
): Segment {
  const { service = "web", watched = {}, ...rest } = over;
  const watching = { ...WATCHING, ...watched };
  const samples = [...outcomes].flatMap((letter, index) =>
    letter === " " ? [] : [{ service, at: from + index * watching.cadenceMs, ...LETTERS[letter] } as Sample],
  );
  return {
    version: 1,
    collector: "one",
    region: "default",
    environment: "production",
    from,
    to: from + Math.max(1, outcomes.length) * watching.cadenceMs,
    watching: { [service]: watching },
    expected: { [service]: outcomes.length },
    samples,
    ...rest,
  };
}
