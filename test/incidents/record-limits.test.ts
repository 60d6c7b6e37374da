import { describe, expect, test } from "vitest";
import { type AdvanceInput, advanceIncidents } from "../../src/incidents/automatic-incidents.ts";
import { decodeRecord, encodeRecord } from "../../src/incidents/record-codec.ts";
import type { Span } from "../../src/model/health.ts";
import type { IncidentRecord } from "../../src/model/incident.ts";
import type { NotificationSpec } from "../../src/model/project.ts";
import { dueMessages } from "../../src/notify/due-messages.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const LONG = "a".repeat(63);

interface Flapping {
  readonly everyMs: number;
  readonly until: number;
  readonly notifications: readonly string[];
  /** What the other half of the time is. */
  readonly between?: "operational" | "degraded";
  readonly reason?: string;
  /** How often somebody looks. */
  readonly lookMs: number;
  /** Whether what is due leaves. */
  readonly leaves?: boolean;
}

/** A service that is down half of the time, looked at again and again, each time of what is left of the last day. */
function flapping({ everyMs, until, lookMs, leaves = true, ...how }: Flapping): readonly IncidentRecord[] {
  let records: readonly IncidentRecord[] = [];
  const notifications = how.notifications.map(
    (name): NotificationSpec => ({ name, type: "webhook", to: "x", events: ["down", "degraded", "recovered"] }),
  );
  for (let now = NOON + lookMs; now <= until; now += lookMs) {
    const spans: Span[] = [];
    const first = Math.max(0, Math.ceil((now - DAY - NOON) / everyMs));
    for (let n = first; NOON + n * everyMs < now; n++)
      spans.push({
        from: NOON + n * everyMs,
        to: Math.min(now, NOON + (n + 1) * everyMs),
        verdict: n % 2 === 0 ? "down" : (how.between ?? "operational"),
      });
    const input: AdvanceInput = {
      known: records.map(({ incident }) => incident),
      spans: new Map([[LONG, spans]]),
      windows: [],
      dependencies: new Map(),
      names: new Map(),
      reasonAt: () => how.reason ?? null,
      rules: { flappingMs: 15 * MINUTE },
      now,
    };
    const { incidents, events } = advanceIncidents(input);
    records = incidents.map((incident) => {
      const { told } = dueMessages({
        incident,
        record: records.find((one) => one.incident.id === incident.id),
        events: events.filter((event) => event.incident === incident.id),
        notifications,
        about: { environment: LONG, name: "web" },
        heldBy: null,
        now,
      });
      const left = Object.entries(told).map(([key, at]) => [key, at ?? (leaves ? now : null)] as const);
      return { incident, told: Object.fromEntries(left) };
    });
  }
  return records;
}

function readAgain(record: IncidentRecord): IncidentRecord | string {
  return decodeRecord(encodeRecord(LONG, record), { id: record.incident.id, environment: LONG });
}

const long = (count: number) =>
  Array.from({ length: count }, (_, n) => `${String(n).padStart(3, "0")}${"n".repeat(60)}`);

describe("what is written of a service that never comes to rest can be read again", () => {
  test.each<[string, Flapping]>([
    ["for a week", { everyMs: 5 * MINUTE, until: NOON + 7 * DAY, lookMs: 30 * MINUTE, notifications: ["a", "b", "c"] }],
    [
      "without ever being well",
      { everyMs: 5 * MINUTE, until: NOON + 3 * DAY, lookMs: 60 * MINUTE, notifications: ["a"], between: "degraded" },
    ],
    [
      "whatever it says of itself, however many are to be told and cannot be",
      {
        everyMs: MINUTE,
        until: NOON + DAY / 3,
        lookMs: 120 * MINUTE,
        notifications: long(25),
        reason: "\u0001".repeat(4_096),
        leaves: false,
      },
    ],
  ])("%s", (_name, how) => {
    const records = flapping(how);
    for (const record of records) expect(readAgain(record)).toEqual(record);
    expect(records.length).toBeGreaterThan(1);
    const open = records.filter(({ incident }) => incident.stretches.at(-1)?.to === null);
    expect(open.length).toBeLessThanOrEqual(1);
    // Whatever it is cut into, no time is lost.
    const all = records.flatMap(({ incident }) => incident.stretches);
    const lasted = all.reduce((sum, { from, to }) => sum + (to ?? how.until) - from, 0);
    expect(lasted).toBe((how.until - NOON) / (how.between === undefined ? 2 : 1));
  });
});
