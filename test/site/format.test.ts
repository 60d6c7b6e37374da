import { afterEach, describe, expect, test } from "vitest";
import { exactPercent, percent, roughPercent } from "../../site/src/lib/format.ts";
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
