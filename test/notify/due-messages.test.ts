import { expect, test } from "vitest";
import type { Incident, IncidentEvent } from "../../src/model/incident.ts";
import type { NotificationSpec } from "../../src/model/project.ts";
import { type DueInput, dueMessages } from "../../src/notify/due-messages.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ID = "web-2026-11-24-1200";

const ops: NotificationSpec = { name: "ops", type: "webhook", to: { secret: "HOOK" }, events: ["down", "recovered"] };
const down: IncidentEvent = { incident: ID, service: "web", is: "down", at: NOON, says: "It is down." };
const recovered: IncidentEvent = { ...down, is: "recovered", at: NOON + 9 * MINUTE, says: "It works again." };

function incident(to: number | null): Incident {
  const first = { at: NOON, status: "investigating" as const, says: down.says };
  const last = { at: to ?? 0, status: "resolved" as const, says: recovered.says };
  return {
    id: ID,
    title: "web",
    severity: "down",
    affected: ["web"],
    stretches: [{ from: NOON, to, severity: "down" }],
    updates: to === null ? [first] : [first, last],
    source: "automatic",
  };
}

function due(over: Partial<DueInput>) {
  const { messages, told } = dueMessages({
    incident: incident(null),
    record: undefined,
    events: [],
    notifications: [ops],
    about: { environment: "production", name: "web" },
    heldBy: null,
    now: NOON + 10 * MINUTE,
    ...over,
  });
  return { keys: messages.map(({ key }) => key), told };
}

const DOWN = `production:${ID}:down:${NOON / 1_000}:ops`;
const RECOVERED = `production:${ID}:recovered:${(NOON + 9 * MINUTE) / 1_000}:ops`;
const recordOf = (told: Readonly<Record<string, number | null>>, to: number | null = null) => ({
  incident: incident(to),
  told,
});

test("what has happened is due, and what has left is not due again", () => {
  expect(due({ events: [down] })).toEqual({ keys: [DOWN], told: { [DOWN]: null } });
  expect(due({ record: recordOf({ [DOWN]: NOON }) })).toEqual({ keys: [], told: { [DOWN]: NOON } });
  expect(due({ record: recordOf({ [DOWN]: NOON }), events: [down] }).keys).toEqual([]);
});

test("what could not leave is due again, with the same key", () => {
  expect(due({ record: recordOf({ [DOWN]: null }) })).toEqual({ keys: [DOWN], told: { [DOWN]: null } });
});

test("an alert is held while a dependency is down, let go when that is back, and dropped with the recovery where it was never let go", () => {
  const held = due({ events: [down], heldBy: "db" });
  expect(held).toEqual({ keys: [], told: { [DOWN]: null } });
  expect(due({ record: recordOf(held.told), heldBy: "db" })).toEqual(held);
  expect(due({ record: recordOf(held.told) }).keys).toEqual([DOWN]);
  const over = { incident: incident(NOON + 9 * MINUTE), events: [recovered] };
  expect(due({ ...over, record: recordOf(held.told) })).toEqual({ keys: [], told: {} });
  expect(due({ ...over, record: recordOf({ [DOWN]: NOON }) }).keys).toEqual([RECOVERED]);
});

test("what came and went between two runs is told as both", () => {
  expect(due({ incident: incident(NOON + 9 * MINUTE), events: [down, recovered] }).keys).toEqual([DOWN, RECOVERED]);
});

test("what turns out to be down since the very second of which slow answers are still to be told is told as down", () => {
  const pending = recordOf({ [DOWN.replace(":down:", ":degraded:")]: null });
  expect(due({ record: pending, events: [down] }).keys).toEqual([DOWN]);
});

test("who asked for recoveries alone gets them", () => {
  const only = { ...ops, events: ["recovered"] as const };
  const over = { incident: incident(NOON + 9 * MINUTE), events: [recovered], notifications: [only] };
  expect(due({ ...over, record: recordOf({}) }).keys).toEqual([RECOVERED]);
});

test("what is older than a day is not told any more", () => {
  expect(due({ events: [down], now: NOON + 25 * HOUR }).keys).toEqual([]);
});

test("what left more than a day ago is forgotten, but for the newest of each kind to each", () => {
  const key = (is: string, hours: number, name = "ops") =>
    `production:${ID}:${is}:${(NOON + hours * HOUR) / 1_000}:${name}`;
  const sent = (is: string, hours: number, name?: string) => [key(is, hours, name), NOON + hours * HOUR] as const;
  const old = [sent("down", 0), sent("recovered", 1), sent("down", 2), sent("fast_burn", 3), sent("down", 1, "mail")];
  const recent = [sent("down", 30), sent("down", 31)];
  const { told } = due({ record: recordOf(Object.fromEntries([...old, ...recent])), now: NOON + 40 * HOUR });
  const kept = [sent("recovered", 1), sent("fast_burn", 3), sent("down", 1, "mail"), ...recent];
  expect(told).toEqual(Object.fromEntries(kept));
});

test("a reminder is due once an interval, only the newest, to whoever was told, and not while it is held or over", () => {
  const notifications = [{ ...ops, reminder: HOUR }];
  const record = recordOf({ [DOWN]: NOON });
  const at = (hours: number, over: Partial<DueInput> = {}) =>
    due({ notifications, record, now: NOON + hours * HOUR, ...over }).keys;
  const reminder = (number: number) => `production:${ID}:reminder:${NOON / 1_000}-${number}:ops`;
  expect(at(0.9)).toEqual([]);
  expect(at(1.1)).toEqual([reminder(1)]);
  expect(at(30.5)).toEqual([reminder(30)]);
  expect(at(1.5, { record: recordOf({ [DOWN]: NOON, [reminder(1)]: NOON + HOUR }) })).toEqual([]);
  expect(at(1.5, { heldBy: "db" })).toEqual([]);
  expect(at(1.5, { record: recordOf({}) })).toEqual([]);
  expect(at(1.5, { incident: incident(NOON + HOUR) })).toEqual([]);
});
