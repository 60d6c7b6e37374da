import { formatDuration } from "../model/duration.ts";
import { durationOf } from "./go-duration.ts";
import type { Session } from "./session.ts";
import { lineOf, type SourceValue, textOf } from "./source-value.ts";
import { isZone } from "./time-zone.ts";

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const DAY_MS = 86_400_000;

/** A window that comes again each day, or on some of them (https://github.com/TwiN/gatus#maintenance), as announced maintenance. */
export function gatusMaintenance(
  session: Session,
  window: SourceValue,
  affected: readonly string[],
  what: string,
): void {
  const { report, incidents, input } = session;
  const fields = window.fields();
  const start = textOf(fields.get("start")?.value, 10) ?? "";
  const duration = durationOf(fields.get("duration")?.value);
  const zone = lineOf(fields.get("timezone")?.value, 60) ?? "UTC";
  if (fields.get("enabled")?.value === false) {
    report.leftOut(what, window.place, "it is switched off");
    return;
  }
  if (!/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(start) || duration === null || duration === 0 || !isZone(zone)) {
    report.leftOut(
      what,
      window.place,
      "it needs a start such as 23:00, a duration such as 1h, and a time zone that there is",
    );
    return;
  }
  const names = (fields.get("every")?.items() ?? []).map(({ value }) => (textOf(value, 20) ?? "").toLowerCase());
  const days = [...new Set(names.map((name) => DAYS.indexOf(name)))].sort();
  if (days.includes(-1)) {
    report.leftOut(what, window.place, "one of its days is no day of the week");
    return;
  }
  // A series begins with a day that its rule has. The day is UTC's, which is the zone's own or next to it.
  let first = Math.floor(input.now / DAY_MS) * DAY_MS;
  while (days.length > 0 && !days.includes(new Date(first).getUTCDay())) first += DAY_MS;
  const rule =
    days.length === 0
      ? "FREQ=DAILY"
      : `FREQ=WEEKLY;BYDAY=${days.map((day) => (DAYS[day] ?? "").slice(0, 2).toUpperCase()).join(",")}`;
  incidents.add({
    title: affected.length === 0 ? "Regular maintenance" : `Regular maintenance of ${affected.join(", ")}`,
    severity: "notice",
    affected,
    started: first,
    maintenance: {
      start: `${new Date(first).toISOString().slice(0, 10)}T${start}`,
      duration: formatDuration(duration),
      repeat: rule,
      time_zone: zone,
    },
    place: window.place,
  });
}
