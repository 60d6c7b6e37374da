import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { accentColours, contrast, SURFACES } from "../../src/site/accent.ts";
import { SITE_ROOT } from "../support/demo-site-server.ts";

const colour = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, "0")}`);

test("whatever accent is declared, links can be read on every surface, in light and in dark", () => {
  fc.assert(
    fc.property(colour, (accent) => {
      const { light, dark } = accentColours(accent);
      for (const surface of SURFACES.light) expect(contrast(light, surface)).toBeGreaterThanOrEqual(4.5);
      for (const surface of SURFACES.dark) expect(contrast(dark, surface)).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

test("an accent that can be read is left as it is", () => {
  expect(accentColours("#0b4fc0").light).toBe("#0b4fc0");
  expect(accentColours("#8dbdf5").dark).toBe("#8dbdf5");
  expect(accentColours("#ffd400")).toEqual({ light: expect.not.stringMatching("#ffd400"), dark: "#ffd400" });
});

test("contrast is that of WCAG", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test("the surfaces are those of the stylesheet", () => {
  const css = readFileSync(join(SITE_ROOT, "src/styles/tokens.css"), "utf8");
  const surfacesIn = (block: string) =>
    [...block.matchAll(/--(?:paper|surface|sunken|[a-z]+-wash): (#[0-9a-f]{6});/g)].map(([, value]) => value).sort();
  const [light = "", rest = ""] = css.split("@media (prefers-color-scheme: dark)");
  const [dark = ""] = rest.split("@media");
  expect(surfacesIn(light)).toEqual(SURFACES.light.toSorted());
  expect(surfacesIn(dark)).toEqual(SURFACES.dark.toSorted());
});
