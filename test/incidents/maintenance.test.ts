import { expect, test } from "vitest";
import { WINDOWS_MAX, windowsBetween } from "../../src/incidents/maintenance.ts";
import { instantIn, instantOf, isTimeZone, writtenTime } from "../../src/incidents/written-time.ts";
import type { MaintenanceSeries } from "../../src/model/incident.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const series = (over: Partial<MaintenanceSeries> = {}): MaintenanceSeries => ({
  id: "sundays",
  title: "Restart",
  affected: [],
  from: Date.UTC(2026, 2, 22, 1),
  lastsMs: 2 * HOUR,
  repeats: { rule: "FREQ=WEEKLY;BYDAY=SU", timeZone: "Europe/Berlin" },
  ...over,
});
const begins = async (one: MaintenanceSeries, from: number, to: number) =>
  (await windowsBetween([one], { from, to })).map((window) => new Date(window.from).toISOString());

test("a weekly window keeps the clock of its zone when daylight saving begins and ends", async () => {
  // 02:00 in Berlin: 01:00 UTC in winter, 00:00 UTC in summer. On 29 March clocks go from 02:00 to 03:00: there is no 02:00.
  expect(await begins(series(), Date.UTC(2026, 2, 20), Date.UTC(2026, 3, 13))).toEqual([
    "2026-03-22T01:00:00.000Z",
    "2026-04-05T00:00:00.000Z",
    "2026-04-12T00:00:00.000Z",
  ]);
  expect(await begins(series(), Date.UTC(2026, 9, 17), Date.UTC(2026, 10, 2))).toEqual([
    "2026-10-18T00:00:00.000Z",
    "2026-10-25T00:00:00.000Z",
    "2026-11-01T01:00:00.000Z",
  ]);
});

test("a window takes as long as the first one, even in the night in which an hour is there twice", async () => {
  const [window] = await windowsBetween([series()], { from: Date.UTC(2026, 9, 25), to: Date.UTC(2026, 9, 26) });
  expect((window?.to ?? 0) - (window?.from ?? 0)).toBe(2 * HOUR);
});

test("a window that has begun before the stretch and ends in it belongs to it; one that ends as it begins does not", async () => {
  const begin = Date.UTC(2026, 2, 22, 1);
  expect(await begins(series(), begin + HOUR, begin + DAY)).toHaveLength(1);
  expect(await begins(series(), begin + 2 * HOUR, begin + DAY)).toHaveLength(0);
  expect(await begins(series({ repeats: undefined as never }), begin + HOUR, begin + 30 * DAY)).toHaveLength(1);
});

test("nothing begins after `until`, before the first one, or past COUNT", async () => {
  const until = Date.UTC(2026, 3, 5);
  const repeats = { rule: "FREQ=WEEKLY;BYDAY=SU", timeZone: "Europe/Berlin", until };
  expect(await begins(series({ repeats }), 0, Date.UTC(2027, 0))).toEqual([
    "2026-03-22T01:00:00.000Z",
    "2026-04-05T00:00:00.000Z",
  ]);
  const twice = { rule: "FREQ=DAILY;COUNT=2", timeZone: "UTC" };
  expect(await begins(series({ repeats: twice }), 0, Date.UTC(2030, 0))).toHaveLength(2);
});

test("a rule that never comes true, and one that comes true all the time, end", async () => {
  const never = { rule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", timeZone: "UTC" };
  expect(await begins(series({ repeats: never }), 0, Date.UTC(2100, 0))).toEqual([]);
  const always = { rule: "FREQ=HOURLY", timeZone: "UTC" };
  expect(await begins(series({ repeats: always }), 0, Date.UTC(2100, 0))).toHaveLength(WINDOWS_MAX);
});

test("a stretch far behind the first window is found as well", async () => {
  const old = series({ from: Date.UTC(1990, 0, 7, 1), repeats: { rule: "FREQ=DAILY", timeZone: "UTC" } });
  expect(await begins(old, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 3))).toEqual([
    "2026-01-01T01:00:00.000Z",
    "2026-01-02T01:00:00.000Z",
  ]);
});

test("times are read with their offset, and days that there are not are none", async () => {
  const at = (text: string) => {
    const time = writtenTime(text);
    return time && instantOf(time);
  };
  expect(at("2026-11-24T09:31Z")).toBe(Date.UTC(2026, 10, 24, 9, 31));
  expect(at("2026-11-24 10:31:30 +01:00")).toBe(Date.UTC(2026, 10, 24, 9, 31, 30));
  expect(at("2026-11-24T04:01-0530")).toBe(Date.UTC(2026, 10, 24, 9, 31));
  expect(at("2026-11-24T09:31")).toBeNull();
  for (const none of ["2026-02-29T00:00Z", "2026-11-24", "2026-11-24T24:00Z", "2026-11-24T09:31+25:00", "", "9:31"])
    expect(writtenTime(none), none).toBeNull();
  expect(writtenTime("2028-02-29T00:00Z")).not.toBeNull();
});

test("a time that a clock shows twice is the first of the two; one that it skips is as much later", async () => {
  const berlin = (text: string) => {
    const time = writtenTime(text);
    if (time === null) throw new Error(text);
    return instantIn(time, "Europe/Berlin");
  };
  expect(await berlin("2026-10-25T02:30")).toBe(Date.UTC(2026, 9, 25, 0, 30));
  expect(await berlin("2026-03-29T02:30")).toBe(Date.UTC(2026, 2, 29, 1, 30));
  expect(isTimeZone("Europe/Berlin") && !isTimeZone("Europe/Berln") && !isTimeZone("+01:00")).toBe(true);
});
