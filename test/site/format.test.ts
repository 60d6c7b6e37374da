import { afterEach, describe, expect, test } from "vitest";
import { exactPercent, minuteOf, percent, repetition, roughPercent } from "../../site/src/lib/format.ts";
import type { SiteSpec } from "../../src/model/project.ts";

/** Figures as pages write them. `site/src/lib/site.ts` reads the language where the builder leaves it. */
const KEY = Symbol.for("fairlead.site");

function write(language: SiteSpec["language"]): void {
  (globalThis as { [KEY]?: unknown })[KEY] = { data: { language } };
}

afterEach(() => {
  delete (globalThis as { [KEY]?: unknown })[KEY];
});

describe("a share", () => {
  test("is 100 % only where nothing is missing, and 0 % only where there is nothing", () => {
    write("en");
    const week = 604_800;
    expect([1, (week - 1) / week, 0.999_999_999_999_9, 0.99996, 0.9998, 1 / week, 0].map(percent)).toEqual([
      "100%",
      "99.99%",
      "99.99%",
      "99.99%",
      "99.98%",
      "<0.01%",
      "0%",
    ]);
    expect([1, 0.9999, 0.995, 0.456, 0.01, 0.0099, 1 / week, 0].map(roughPercent)).toEqual([
      "100%",
      "99%",
      "99%",
      "46%",
      "1%",
      "<1%",
      "<1%",
      "0%",
    ]);
    expect([0.9995, 0.999_999_999].map(exactPercent)).toEqual(["99.95%", "99.9999999%"]);
  });

  test("that is hardly anything says so in every language", () => {
    const written = (["de", "es", "zh"] as const).map((language) => {
      write(language);
      return [roughPercent(0.0001), percent(0.000_01)].map((text) => text.replace(/\s/g, " "));
    });
    expect(written).toEqual([
      ["<1 %", "<0,01 %"],
      ["<1 %", "<0,01 %"],
      ["<1%", "<0.01%"],
    ]);
  });
});

test("announced work that ends on the day of its begin names the day once, and a plain rule is told in words", () => {
  write("en");
  const begin = "2026-11-29T22:00:00.000Z";
  expect(minuteOf("2026-11-29T23:30:00.000Z", begin)).toBe("23:30 UTC");
  expect(minuteOf("2026-11-30T01:00:00.000Z", begin)).toBe("30 Nov 2026, 01:00 UTC");
  expect(
    ["FREQ=WEEKLY;BYDAY=SU", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=2SU"].map(repetition),
  ).toEqual(["Every week: Sunday", "Every week: Monday, Thursday", "Every day", null]);
  write("de");
  expect(repetition("FREQ=WEEKLY;BYDAY=SU")).toBe("Jede Woche: Sonntag");
});
