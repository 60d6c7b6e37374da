import { suggest } from "../diagnostics/suggest.ts";
import type { Ms } from "../model/basics.ts";
import { parseDuration } from "../model/duration.ts";
import type { Maintenance } from "../model/generated/incident.ts";
import type { MaintenanceSeries } from "../model/incident.ts";
import { ruleProblem } from "./maintenance.ts";
import { endBeforeStart, noTime, type Say, timeAt } from "./time-problems.ts";
import { instantIn, instantOf, isTimeZone, writtenTime } from "./written-time.ts";

/** When the work is; null where that was said to be wrong. */
export async function readMaintenance(
  block: Maintenance,
  say: Say,
): Promise<Pick<MaintenanceSeries, "from" | "lastsMs" | "repeats"> | null> {
  const { time_zone: timeZone, repeat } = block;
  const isZone = timeZone === undefined || isTimeZone(timeZone);
  if (!isZone) say(["maintenance", "time_zone"], "value", noZone(timeZone ?? ""));
  if (repeat !== undefined && timeZone === undefined)
    say(["maintenance"], "key", {
      code: "key-missing",
      summary: "`maintenance` lacks `time_zone`",
      detail: "What repeats follows the clocks of a place, summer and winter.",
      hint: "add `time_zone: Europe/Berlin`, or `time_zone: UTC`",
    });
  const zone = isZone ? timeZone : undefined;
  const timeIn = async (key: "start" | "end" | "until"): Promise<Ms | null> => {
    const text = block[key];
    if (text === undefined || text === "") return null;
    const keys = ["maintenance", key];
    const time = writtenTime(text);
    if (time === null) say(keys, "value", noTime(text));
    else if (zone !== undefined) return await instantIn(time, zone);
    // A zone that is wrong has been named: its clocks' times are not blamed as well.
    else return isZone ? timeAt(text, keys, say) : instantOf(time);
    return null;
  };
  const [from, end, until] = [await timeIn("start"), await timeIn("end"), await timeIn("until")];
  const lastsMs = lengthOf(block, { from, end }, say);
  if (from !== null && until !== null && until < from)
    say(["maintenance", "until"], "value", endBeforeStart("it begins"));
  if (until !== null && repeat === undefined)
    say(["maintenance", "until"], "key", {
      code: "key-misplaced",
      summary: "`until` has no meaning without `repeat`",
      hint: "say with `end` when it is over",
    });
  const wrong = repeat === undefined ? null : await ruleProblem(repeat);
  if (wrong !== null)
    say(["maintenance", "repeat"], "value", {
      code: "repeat-invalid",
      summary: `\`${repeat}\` is no rule to repeat by: ${wrong}`,
      hint: "an example: `FREQ=WEEKLY;BYDAY=SU`",
    });
  if (from === null || lastsMs === null) return null;
  if (repeat === undefined) return { from, lastsMs };
  if (zone === undefined || wrong !== null) return null;
  return { from, lastsMs, repeats: { rule: repeat, timeZone: zone, ...(until === null ? {} : { until }) } };
}

function lengthOf(
  { end: endText, duration }: Maintenance,
  { from, end }: { readonly from: Ms | null; readonly end: Ms | null },
  say: Say,
): Ms | null {
  if (endText !== undefined && duration !== undefined) {
    say(["maintenance", "duration"], "key", {
      code: "key-misplaced",
      summary: "both `end` and `duration` say how long it takes",
      hint: "keep one of them",
    });
    return null;
  }
  if (duration !== undefined) {
    const lasts = parseDuration(duration);
    if (lasts !== null && lasts > 0) return lasts;
    say(["maintenance", "duration"], "value", { code: "value-range", summary: "`duration` is no time at all" });
    return null;
  }
  if (endText === undefined) {
    say(["maintenance"], "key", {
      code: "key-missing",
      summary: "`maintenance` lacks `end`, or `duration`",
      hint: "add `duration: 2h`",
    });
    return null;
  }
  if (from === null || end === null) return null;
  if (end > from) return end - from;
  say(["maintenance", "end"], "value", endBeforeStart("it begins"));
  return null;
}

function noZone(name: string): Parameters<Say>[2] {
  const meant = suggest(name, Intl.supportedValuesOf("timeZone"));
  return {
    code: "time-zone-unknown",
    summary: `there is no time zone \`${name}\``,
    detail: "Zones are named as in the tz database, by a place.",
    hint: meant === undefined ? "an example: `Europe/Berlin`" : `did you mean \`${meant}\`?`,
  };
}
