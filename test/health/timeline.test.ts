import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { replay, verdictAt } from "../../src/health/replay.ts";
import { mergeTimelines, secondsOf, timelineOf } from "../../src/health/timeline.ts";
import { tracksOf } from "../../src/health/tracks.ts";
import { verdictOf } from "../../src/health/verdict.ts";
import type { Segment, Span, Standing } from "../../src/model/health.ts";
import { seen, WATCHING } from "./segments.ts";

const NOON = Date.UTC(2026, 10, 24, 12, 0, 0);
const BEAT = 30_000;
const LETTER = { operational: "o", degraded: "d", down: "x", maintenance: "m", unknown: "u" } as const;

/** One letter a beat: what the timeline says at each asking of the stretch. */
function told(segments: readonly Segment[], beats: number, from = NOON): string {
  const stretch = { from, to: from + beats * BEAT };
  const spans = timelineOf(tracksOf({ segments }).get("web"), stretch);
  return Array.from({ length: beats }, (_, n) => {
    const at = from + n * BEAT;
    return LETTER[spans.find((span) => span.from <= at && at < span.to)?.verdict ?? "unknown"];
  }).join("");
}

describe("a timeline of one collector", () => {
  test.each([
    ["without a sample is unknown", "    ", "uuuu"],
    ["begins with what the first asking says", "pppp", "oooo"],
    ["takes no first failure for downtime", "fppp", "uooo"],
    ["is down since the first asking where as many as needed fail", "fffpp", "xxxoo"],
    ["is degraded since the first asking where as many warned or failed", "wfwpp", "dddoo"],
    ["says nothing of failures that nothing confirms", "ff", "uu"],
    ["takes no single failure for downtime", "ppfpffpp", "oooooooo"],
    ["is down since the first of three failures in a row", "ppfffpp", "ooxxxoo"],
    ["counts a failure that was asked three times as confirmed", "ppFpp", "ooxoo"],
    ["is up again since the first of two answers in a row", "pfffpfpppp", "oxxxxxoooo"],
    ["is degraded since the first of three warnings in a row", "pwwpwwwpp", "oooodddoo"],
    ["is degraded where it failed and warned in turns", "pfwfwpp", "oddddoo"],
    ["tells degraded from down at the failure that began it", "pwwwfffpp", "odddxxxoo"],
    ["goes from down to degraded where it only warns", "pfffwwwpp", "oxxxdddoo"],
    ["keeps the verdict when an asking could not be made, and knows nothing of its time", "pfufupp", "oououoo"],
    ["joins failures around an asking that could not be made", "pfuffpp", "oxuxxoo"],
    ["is in maintenance while samples say so, and neither joins nor parts what is around", "pfmffpp", "oxmxxoo"],
    ["knows nothing of a missed asking", "pp pp", "oouoo"],
    ["knows nothing of two missed askings", "pp  pp", "oouuoo"],
    ["begins askings in a row anew after a gap", "pff     fpfff", "ooouuuuuooxxx"],
    ["is up with the first answer after a gap", "pfff     pp", "oxxxuuuuuoo"],
    ["stays down where the first asking after a gap fails", "pfff     fp", "oxxxuuuuuxx"],
    ["knows nothing of a longer gap but the first cadence of it", "pp    pp", "oouuuuoo"],
  ])("%s", (_, outcomes, verdicts) => {
    expect(told([seen(outcomes, NOON)], outcomes.length)).toBe(verdicts);
  });

  test("ends where the last sample stops vouching", () => {
    expect(told([seen("ppp", NOON)], 4)).toBe("ooou");
  });

  test("judges each sample by how it was watched when it was taken", () => {
    const strict = seen("fpf", NOON + 3 * BEAT, { watched: { failure_threshold: 1, success_threshold: 1 } });
    expect(told([seen("ppf", NOON), strict], 6)).toBe("ooxxox");
  });

  test("takes a sample that a clock dated into the future for nothing until then", () => {
    const jumped = seen("fff", NOON + 100 * BEAT);
    expect(told([seen("pppppp", NOON), jumped], 6)).toBe("oooooo");
  });

  test("orders samples by their time where a clock was set back", () => {
    expect(told([seen("ppp", NOON + 3 * BEAT), seen("fff", NOON)], 6)).toBe("xxxooo");
  });
});

test("a service that is asked a third as often as promised is known for a third of the day", () => {
  const watched = { cadenceMs: 900_000 };
  const asked = seen("p".repeat(96), NOON, { watched });
  const segments = [{ ...asked, watching: { web: { ...WATCHING, cadenceMs: 300_000 } } }];
  const spans = timelineOf(tracksOf({ segments }).get("web"), { from: NOON, to: NOON + 86_400_000 });
  expect(secondsOf(spans)).toMatchObject({ operational: 28_800, unknown: 57_600 });
});

describe("several collectors", () => {
  const other = { collector: "other", region: "ap" };
  test.each([
    ["the gravest that knows", "pppppp", "pfffpp", "oxxxoo"],
    ["the one that knows", "pp      ", "      pp", "oouuuuoo"],
    ["maintenance, whoever says so", "ppffff", "ppmmpp", "oommxx"],
  ])("at one moment count by %s", (_, one, two, verdicts) => {
    const length = one.length;
    expect(told([seen(one, NOON), seen(two, NOON, other)], length)).toBe(verdicts);
  });

  test("never confirm each other's failures: each is judged for itself", () => {
    expect(told([seen("pffp", NOON), seen("ppfp", NOON, other)], 4)).toBe("oooo");
  });
});

const outcomes = fc.stringMatching(/^[pwfFum ]{1,40}$/);
const history = fc
  .array(fc.tuple(outcomes, fc.constantFrom("one", "other"), fc.nat(20_000)), { maxLength: 4 })
  .map((drawn) =>
    drawn.map(([text, collector, offset], index) => seen(text, NOON + index * 1_500_000 + offset, { collector })),
  );
const STRETCH = { from: NOON - 60_000, to: NOON + 7_200_000 };
const spansIn = (segments: readonly Segment[], before: readonly Standing[] = []) =>
  timelineOf(tracksOf({ segments, before }).get("web"), STRETCH);

describe("whatever was seen", () => {
  test("spans are gapless, in order, each unlike the next, and fill the stretch", () => {
    fc.assert(
      fc.property(history, (segments) => {
        const spans = spansIn(segments);
        expect(spans[0]?.from).toBe(STRETCH.from);
        expect(spans.at(-1)?.to).toBe(STRETCH.to);
        for (const [index, span] of spans.entries()) {
          expect(span.to).toBeGreaterThan(span.from);
          const next = spans[index + 1];
          if (next) expect([next.from, next.verdict === span.verdict]).toEqual([span.to, false]);
        }
        const sum = Object.values(secondsOf(spans)).reduce((total, n) => total + n, 0);
        expect(sum).toBe((STRETCH.to - STRETCH.from) / 1_000);
      }),
    );
  });

  test("the order of segments does not matter, nor whether one comes twice", () => {
    fc.assert(
      fc.property(history, fc.nat(), (segments, n) => {
        const turned = [...segments.slice(n % 5), ...segments.slice(0, n % 5), ...segments].reverse();
        expect(spansIn(turned)).toEqual(spansIn(segments));
      }),
    );
  });

  test("cutting a segment in two changes nothing", () => {
    fc.assert(
      fc.property(history, fc.nat(40), (segments, at) => {
        const halves = segments.flatMap((one) => {
          const cut = one.from + at * BEAT;
          if (cut <= one.from || cut >= one.to) return [one];
          return [
            { ...one, to: cut, samples: one.samples.filter((sample) => sample.at < cut) },
            { ...one, from: cut, samples: one.samples.filter((sample) => sample.at >= cut) },
          ];
        });
        expect(spansIn(halves)).toEqual(spansIn(segments));
      }),
    );
  });

  test("laying one over the other is the same either way, and any two before a third", () => {
    fc.assert(
      fc.property(history, history, history, (a, b, c) => {
        const [one, two, three] = [spansIn(a), spansIn(b), spansIn(c)] as [Span[], Span[], Span[]];
        expect(mergeTimelines(one, two)).toEqual(mergeTimelines(two, one));
        expect(mergeTimelines(mergeTimelines(one, two), three)).toEqual(
          mergeTimelines(one, mergeTimelines(two, three)),
        );
      }),
    );
  });

  test("the verdict that is said is the one with which the timeline ends", () => {
    fc.assert(
      fc.property(history, fc.nat(7_000), (segments, seconds) => {
        const now = NOON + seconds * 1_000;
        // The timeline knows whole seconds that have passed.
        fc.pre(segments.every(({ samples }) => samples.every(({ at }) => at <= now - 1_000 || at > now)));
        // What is said waits longer for samples than the timeline does: of those that are fresh, both say the same.
        const tracks = tracksOf({ segments })
          .get("web")
          ?.filter(({ events }) => now - (events.findLast(({ at }) => at <= now)?.at ?? 0) <= BEAT);
        const last = timelineOf(tracks, { from: NOON - 1_000, to: now }).at(-1)?.verdict;
        expect(verdictOf(tracks, { status: "active", now }).verdict).toBe(last ?? "unknown");
      }),
      { numRuns: 300 },
    );
  });

  test("a standing in the place of what came before changes nothing of what comes after", () => {
    fc.assert(
      fc.property(outcomes, outcomes, (first, second) => {
        const [early, late] = [seen(first, NOON), seen(second, NOON + first.length * BEAT)];
        const last = early.samples.at(-1);
        fc.pre(last !== undefined);
        const [track] = tracksOf({ segments: [early, late] }).get("web") ?? [];
        const { changes } = replay(track?.events ?? []);
        const { collector, region } = early;
        const watching = early.watching["web"];
        if (last === undefined || watching === undefined) return;
        const { service, at, outcome, during } = last;
        const judged = early.samples.findLast((one) => one.during === undefined && one.outcome !== "unknown");
        const standing: Standing = {
          ...{ collector, region, service, at, outcome, watching },
          ...(during ? { during } : {}),
          verdict: verdictAt(changes, at),
          ...(judged ? { judgedAt: judged.at } : {}),
        };
        const stretch = { from: late.from, to: late.to };
        const tracks = tracksOf({ segments: [late], before: [standing] }).get("web");
        expect(timelineOf(tracks, stretch)).toEqual(
          timelineOf(tracksOf({ segments: [early, late] }).get("web"), stretch),
        );
      }),
      { numRuns: 500 },
    );
  });
});
