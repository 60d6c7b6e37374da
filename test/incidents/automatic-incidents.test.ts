import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lasting } from "../../src/diagnostics/lasting.ts";
import { type Advanced, type AdvanceInput, advanceIncidents } from "../../src/incidents/automatic-incidents.ts";
import type { Span, Verdict } from "../../src/model/health.ts";
import type { Incident, MaintenanceWindow } from "../../src/model/incident.ts";
import { noticeOf } from "../../src/notify/notice.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;

/** Spans from minutes: `up 10, down 5, up 3`. */
function spans(text: string, from = NOON): Span[] {
  let at = from;
  return text.split(", ").map((part) => {
    const [word = "", minutes = "0"] = part.split(" ");
    const verdict = (word === "up" ? "operational" : word) as Verdict;
    const span = { from: at, to: at + Number(minutes) * MINUTE, verdict };
    at = span.to;
    return span;
  });
}

function advance(services: Readonly<Record<string, readonly Span[]>>, over: Partial<AdvanceInput> = {}): Advanced {
  const all = new Map(Object.entries(services));
  return advanceIncidents({
    known: [],
    spans: all,
    windows: [],
    dependencies: new Map(),
    names: new Map([["web", "The shop"]]),
    rules: { flappingMs: 15 * MINUTE },
    now: Math.max(0, ...[...all.values()].map((own) => own.at(-1)?.to ?? 0)),
    ...over,
  });
}

const minutes = ({ stretches }: Incident) =>
  stretches.map(({ from, to, severity }) => [
    (from - NOON) / MINUTE,
    to === null ? null : (to - NOON) / MINUTE,
    severity,
  ]);

describe("an incident of its own accord", () => {
  test("opens when a service is down, and is resolved at the moment of its recovery", () => {
    const open = advance({ web: spans("up 10, down 5") });
    expect(open).toMatchInlineSnapshot(`
      {
        "events": [
          {
            "at": 1795522200000,
            "incident": "web-2026-11-24-1210",
            "is": "down",
            "says": "It is down.",
            "service": "web",
          },
        ],
        "incidents": [
          {
            "affected": [
              "web",
            ],
            "id": "web-2026-11-24-1210",
            "severity": "down",
            "source": "automatic",
            "stretches": [
              {
                "from": 1795522200000,
                "severity": "down",
                "to": null,
              },
            ],
            "title": "The shop is down",
            "updates": [
              {
                "at": 1795522200000,
                "says": "It is down.",
                "status": "investigating",
              },
            ],
          },
        ],
      }
    `);
    const over = advance({ web: spans("up 10, down 8, up 1") }, { known: open.incidents });
    expect(over.events).toMatchObject([
      { is: "recovered", at: NOON + 18 * MINUTE, says: "It works again, after 8 minutes." },
    ]);
    expect(over.incidents).toMatchObject([{ id: "web-2026-11-24-1210", title: "The shop was down", severity: "down" }]);
    expect(over.incidents.map(minutes)).toEqual([[[10, 18, "down"]]]);
  });

  test("gets better and worse by an update, and was afterwards as grave as it ever was", () => {
    const { incidents, events } = advance({ web: spans("degraded 2, down 3, degraded 4, up 1") });
    expect(events.map(({ is }) => is)).toEqual(["degraded", "down", "degraded", "recovered"]);
    expect(incidents).toMatchObject([{ severity: "down" }]);
    expect(incidents[0]?.updates.map(({ status, says }) => `${status}: ${says}`)).toEqual([
      "investigating: It answers, but not well.",
      "investigating: It got worse and is down now.",
      "monitoring: It got better: it answers, but not well.",
      "resolved: It works again, after 9 minutes.",
    ]);
    expect(advance({ web: spans("down 3, degraded 4") }).incidents).toMatchObject([{ severity: "degraded" }]);
  });

  test("goes on where it comes back within the flapping window, and lasts as long as its stretches", () => {
    const back = advance({ web: spans("down 5, up 15, down 3, up 1") });
    expect(back.incidents.map(minutes)).toEqual([
      [
        [0, 5, "down"],
        [20, 23, "down"],
      ],
    ]);
    expect(back.events.at(-1)?.says).toBe("It works again, after 8 minutes.");
    const another = advance({ web: spans("down 5, up 16, down 3") });
    expect(another.incidents.map(({ id }) => id)).toEqual(["web-2026-11-24-1200", "web-2026-11-24-1221"]);
  });

  test("is neither resolved nor lengthened by time of which nobody knows", () => {
    const { incidents, events } = advance({ web: spans("down 5, unknown 60, down 2, unknown 5, up 1") });
    expect(incidents.map(minutes)).toEqual([
      [
        [0, 5, "down"],
        [65, 67, "down"],
      ],
    ]);
    expect(events.map(({ is }) => is)).toEqual(["down", "recovered"]);
    const silent = advance({ web: spans("down 5, unknown 60") });
    expect(silent.incidents.map(minutes)).toEqual([[[0, null, "down"]]]);
  });

  test("does not open in maintenance, declared in the file or announced, and goes on behind it", () => {
    const window = (from: number, to: number, affected: string[] = []): MaintenanceWindow => ({
      id: "w",
      title: "Work",
      affected,
      from: NOON + from * MINUTE,
      to: NOON + to * MINUTE,
    });
    expect(advance({ web: spans("up 5, maintenance 10, up 5") }).incidents).toEqual([]);
    expect(advance({ web: spans("up 5, down 10, up 5") }, { windows: [window(5, 15)] }).incidents).toEqual([]);
    expect(advance({ web: spans("up 5, down 10, up 5") }, { windows: [window(5, 15, ["db"])] }).incidents).toHaveLength(
      1,
    );
    const longer = advance({ web: spans("up 5, down 10, up 5") }, { windows: [window(4, 12, ["web"])] });
    expect(longer.incidents.map(minutes)).toEqual([[[12, 15, "down"]]]);
    const during = advance({ web: spans("down 10, up 5") }, { windows: [window(2, 6)] });
    expect(during.incidents.map(minutes)).toEqual([
      [
        [0, 2, "down"],
        [6, 10, "down"],
      ],
    ]);
  });

  test("of a dependent is measured and opened, and its alert held while what it depends on is down", () => {
    const dependencies = new Map([
      ["web", ["api"]],
      ["api", ["db"]],
    ]);
    const { incidents, events } = advance(
      { web: spans("up 1, down 4"), api: spans("up 1, degraded 4"), db: spans("up 2, down 3") },
      { dependencies },
    );
    expect(incidents).toHaveLength(3);
    expect(events.map(({ service, heldBy }) => [service, heldBy])).toEqual([
      ["api", "db"],
      ["web", "db"],
      ["db", undefined],
    ]);
    const circle = new Map([
      ["web", ["api"]],
      ["api", ["web"]],
    ]);
    const both = advance({ web: spans("down 4"), api: spans("down 4") }, { dependencies: circle });
    expect(both.events.filter(({ heldBy }) => heldBy === undefined).map(({ service }) => service)).toEqual(["api"]);
  });

  test("of a service that is not watched any more is closed, and nobody is told that it works", () => {
    const { incidents } = advance({ web: spans("down 5") });
    const after = advance({}, { known: incidents, now: NOON + 9 * MINUTE });
    expect(after.incidents.map(minutes)).toEqual([[[0, 9, "down"]]]);
    expect(after.events).toEqual([]);
  });

  test("of a service of which nothing is known any more stays as it is", () => {
    const { incidents } = advance({ web: spans("down 5, up 20, down 5") });
    const now = NOON + 15 * 24 * 60 * MINUTE;
    expect(advance({ web: [] }, { known: incidents, now })).toEqual({ incidents, events: [] });
  });

  test("keeps its id and what is before the stretch that can still be seen", () => {
    const early = advance({ web: spans("up 1, down 30") });
    const later = advance({ web: spans("down 20, up 3", NOON + 20 * MINUTE) }, { known: early.incidents });
    expect(later.incidents.map(minutes)).toEqual([[[1, 40, "down"]]]);
    expect(later.incidents[0]?.updates).toHaveLength(2);
    const over = advance({ web: spans("up 9", NOON + 50 * MINUTE) }, { known: later.incidents });
    expect(over).toEqual({ incidents: later.incidents, events: [] });
    const flaps = advance({ web: spans("up 4, down 1", NOON + 50 * MINUTE) }, { known: later.incidents });
    expect(flaps.incidents.map(minutes)).toEqual([
      [
        [1, 40, "down"],
        [54, null, "down"],
      ],
    ]);
  });

  test("keeps its id where a late result says that it began earlier, and ends where one says that it never was", () => {
    const { incidents } = advance({ web: spans("up 10, down 5") });
    const earlier = advance({ web: spans("up 8, down 7") }, { known: incidents });
    expect(earlier.incidents.map(({ id }) => id)).toEqual(["web-2026-11-24-1210"]);
    expect(earlier.events).toEqual([]);
    const never = advance({ web: spans("up 15") }, { known: incidents });
    expect(never.incidents.map(minutes)).toEqual([[[10, 10, "down"]]]);
    expect(never.incidents[0]?.updates.at(-1)).toMatchObject({ status: "resolved" });
    expect(advance({ web: spans("up 16") }, { known: never.incidents }).incidents).toEqual(never.incidents);
  });
});

describe("results that come late", () => {
  test("and say that it has been down since before it was told as degraded are told, once", () => {
    const degraded = advance({ web: spans("up 10, degraded 5") });
    const down = advance({ web: spans("up 8, down 8") }, { known: degraded.incidents });
    expect(down.incidents).toMatchObject([{ id: "web-2026-11-24-1210", severity: "down" }]);
    expect(down.events).toMatchObject([{ is: "down", at: NOON + 8 * MINUTE }]);
    const later = advance({ web: spans("up 8, down 9") }, { known: down.incidents });
    expect(later.events).toEqual([]);
  });

  test("and say that it was worse while it lasted wake nobody", () => {
    const degraded = advance({ web: spans("up 10, degraded 5, up 5") });
    const down = advance({ web: spans("up 8, down 7, up 5") }, { known: degraded.incidents });
    expect(down.incidents).toMatchObject([{ severity: "down" }]);
    expect(down.events).toEqual([]);
  });
});

describe("whatever happens", () => {
  const verdict = fc.constantFrom<Verdict>("operational", "degraded", "down", "maintenance", "unknown");
  const timeline = fc
    .array(fc.tuple(verdict, fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 14 })
    .map((parts) => spans(parts.map(([word, length]) => `${word} ${length}`).join(", ")));
  const flapping = fc.integer({ min: 0, max: 60 }).map((count) => ({ flappingMs: count * MINUTE }));

  test("an incident lasts as long as the service was down or degraded, exactly", () => {
    fc.assert(
      fc.property(timeline, flapping, (own, rules) => {
        const end = own.at(-1)?.to ?? 0;
        // A last known verdict, so that nothing is open over time of which nobody knows.
        const closed = [...own, { from: end, to: end + MINUTE, verdict: "operational" as const }];
        const { incidents } = advance({ web: closed }, { rules });
        const lasted = incidents
          .flatMap(({ stretches }) => stretches)
          .reduce((sum, { from, to }) => sum + (to ?? Number.NaN) - from, 0);
        const trouble = own
          .filter(({ verdict: said }) => said === "down" || said === "degraded")
          .reduce((sum, { from, to }) => sum + to - from, 0);
        expect(lasted).toBe(trouble);
      }),
    );
  });

  test("stretches are in order and do not overlap, ids differ, and no more than the last one is open", () => {
    fc.assert(
      fc.property(timeline, flapping, (own, rules) => {
        const { incidents } = advance({ web: own }, { rules });
        const all = incidents.flatMap(({ stretches }) => stretches).sort((a, b) => a.from - b.from);
        for (const [at, one] of all.entries()) {
          const next = all[at + 1];
          if (next !== undefined) expect(one.to ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(next.from);
          expect(one.to ?? Number.POSITIVE_INFINITY).toBeGreaterThan(one.from);
        }
        expect(new Set(incidents.map(({ id }) => id)).size).toBe(incidents.length);
        for (const { updates, stretches } of incidents) {
          expect(updates.at(-1)?.status === "resolved").toBe(stretches.at(-1)?.to !== null);
          expect(updates.map(({ at }) => at)).toEqual(updates.map(({ at }) => at).sort((a, b) => a - b));
        }
      }),
    );
  });

  test("running again on the same spans changes nothing and tells nothing", () => {
    fc.assert(
      fc.property(timeline, flapping, (own, rules) => {
        const once = advance({ web: own }, { rules });
        expect(advance({ web: own }, { rules, known: once.incidents })).toEqual({
          incidents: once.incidents,
          events: [],
        });
      }),
    );
  });

  test("it is the same whether one looks at every moment or once at the end, and everything is told once", () => {
    fc.assert(
      fc.property(
        timeline,
        flapping,
        fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 6 }),
        (own, rules, looks) => {
          const whole = advance({ web: own }, { rules });
          let known: readonly Incident[] = [];
          const told: unknown[] = [];
          for (const at of [...looks].sort((a, b) => a - b).map((minute) => NOON + minute * MINUTE)) {
            const seen = own.filter(({ from }) => from < at).map((span) => ({ ...span, to: Math.min(span.to, at) }));
            const { incidents, events } = advance({ web: seen }, { rules, known });
            known = incidents;
            told.push(...events);
          }
          const last = advance({ web: own }, { rules, known });
          expect(last.incidents).toEqual(whole.incidents);
          expect([...told, ...last.events]).toEqual(whole.events);
        },
      ),
    );
  });

  test("looking back less far than an incident reaches changes nothing of it", () => {
    fc.assert(
      fc.property(timeline, fc.integer({ min: 1, max: 100 }), (own, cut) => {
        const rules = { flappingMs: 5 * MINUTE };
        const whole = advance({ web: own }, { rules });
        const from = NOON + cut * MINUTE;
        const seen = own.filter(({ to }) => to > from).map((span) => ({ ...span, from: Math.max(span.from, from) }));
        fc.pre(seen.length > 0 && !own.some(({ verdict: said }) => said === "unknown" || said === "maintenance"));
        expect(advance({ web: seen }, { rules, known: whole.incidents })).toEqual({
          incidents: whole.incidents,
          events: [],
        });
      }),
    );
  });
});

test("how long something lasted is said in its two largest units", () => {
  expect([0, 45_000, 61_000, 3_600_000, 7_500_000, 90_000_000, 86_400_000 + 30_000].map(lasting)).toEqual([
    "less than a second",
    "45 seconds",
    "1 minute 1 second",
    "1 hour",
    "2 hours 5 minutes",
    "1 day 1 hour",
    "1 day",
  ]);
});

test("says what was met at its begin, as far as anybody knows, and the message says it first", () => {
  const reasonAt = (service: string, at: number): string | null =>
    at === NOON + 10 * MINUTE ? `connection refused by ${service}` : null;
  const { incidents, events } = advance({ web: spans("up 10, down 5, up 1, down 5") }, { reasonAt });
  const [incident] = incidents;
  expect(incident?.updates.map(({ says }) => says)).toEqual([
    "It is down: connection refused by web.",
    "It works again, after 5 minutes.",
    "It is down again.",
  ]);
  const [event] = events;
  if (incident === undefined || event === undefined) throw new Error("there should be an incident and its event");
  const { title, says } = noticeOf(event, { environment: "production", name: "The shop" }, incident);
  expect(`${title}. ${says}`).toBe(
    "production: The shop is down. Connection refused by web, since 2026-11-24 12:10 UTC.",
  );
});
