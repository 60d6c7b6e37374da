import { describe, expect, test } from "vitest";
import { COMMENT_LIMIT } from "../../../src/github/comment/comment-input.ts";
import { renderCheck } from "../../../src/github/comment/render-check.ts";
import { renderComment } from "../../../src/github/comment/render-comment.ts";
import { renderSummary } from "../../../src/github/comment/render-summary.ts";
import { readMarker } from "../../../src/github/comment/said-marker.ts";
import type { Review } from "../../../src/github/review.ts";
import type { Diagnostic } from "../../../src/model/diagnostic.ts";
import { type Files, inputOf, reviewOf } from "./reviewing.ts";

const bytes = (text: string): number => Buffer.byteLength(text);
const RUN = "[the run's summary](https://github.com/acme/shop/actions/runs/42) has all of it";

/** A plan of so many deletes and updates, in one environment. */
function planOf(deletes: number, updates: number, id: (at: number) => string): Promise<Review> {
  type Own = (id: string) => Readonly<Record<string, unknown>>;
  const services = (from: number, count: number, own: Own): Files =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [id(from + at), own(id(from + at))]));
  // Each has a change of its own, so that none share what is unfolded.
  const one: Own = (id) => ({ command: ["node", id], source: "code/all" });
  const fields =
    (mode: string): Own =>
    (id) => ({ ...one(id), environment: { MODE: mode, LEVEL: `${mode} ${id}`, REGION: mode } });
  return reviewOf({
    environments: { production: "manual" },
    recorded: { ...services(0, deletes, one), ...services(deletes, updates, fields("before")) },
    declared: services(deletes, updates, fields("after")),
  });
}

describe("500 changed services, 40 of them deleted", () => {
  const name = (at: number): string => `customer-facing-service-${String(at).padStart(3, "0")}`;
  const planned = planOf(40, 460, name);

  test("fit into a comment with every delete, and the rest is said to be elsewhere", async () => {
    const { body } = renderComment(inputOf(await planned));
    expect(bytes(body)).toBeLessThanOrEqual(COMMENT_LIMIT);
    for (let at = 0; at < 40; at++) {
      expect(body).toContain(`| \`${name(at)}\` | **delete**, confirm first |`);
      expect(body).toContain(`/fairlead allow-destroy ${name(at)} `);
    }
    expect(body).toMatch(/^### Plan: 40 to delete, 460 to update in production$/m);
    expect(body).toContain(RUN);
    // What room there is, is used.
    expect(bytes(body)).toBeGreaterThan(COMMENT_LIMIT - 2_000);
  });

  test("say exactly what is left out", async () => {
    const { body } = renderComment(inputOf(await planned));
    const told = /\*\*Left out here, for length:\*\* (.*); \[/.exec(body)?.[1] ?? "";
    const shown = body.match(/^<details><summary>(?:Delete|Update) /gm)?.length ?? 0;
    const rows = body.match(/^\| `/gm)?.length ?? 0;
    const fields = Number(/the fields of (\d+) services/.exec(told)?.[1] ?? 0);
    const missing = Number(/(\d+) rows/.exec(told)?.[1] ?? 0);
    expect({ fields: shown + fields, rows: rows + missing }).toEqual({ fields: 500, rows: 500 });
  });

  test("are whole in the job's summary, and the check is within its limit", async () => {
    const summary = renderSummary(inputOf(await planned));
    expect(summary).not.toContain("Left out here");
    expect(summary.match(/^\| `/gm)).toHaveLength(500);
    const check = renderCheck(inputOf(await planned));
    expect(bytes(check.summary)).toBeLessThanOrEqual(60_000);
    expect(check.title).toBe("Confirm 40 deletes (40 to delete, 460 to update in production)");
  });
});

describe("5,000 deletes", () => {
  test("fit as a list of ids where the ids are short", async () => {
    const { body } = renderComment(inputOf(await planOf(5_000, 0, (at) => `svc-${at}`)));
    expect(bytes(body)).toBeLessThanOrEqual(COMMENT_LIMIT);
    const words = new Set(body.split(/[\s`]+/));
    for (let at = 0; at < 5_000; at++) expect(words.has(`svc-${at}`), `svc-${at}`).toBe(true);
    expect(body).toContain("### Plan: 5000 to delete in production");
    expect(body).toContain("more in the same form");
  });

  test("are counted, and said to be elsewhere, where even their ids are too long for GitHub", async () => {
    const long = (at: number): string => `a-service-with-quite-a-long-name-${at}`;
    const { body } = renderComment(inputOf(await planOf(5_000, 0, long)));
    expect(bytes(body)).toBeLessThanOrEqual(COMMENT_LIMIT);
    const [, listed, all] = /here are (\d+) of (\d+) ids, since GitHub takes no longer comment/.exec(body) ?? [];
    expect(all).toBe("5000");
    expect(Number(listed)).toBeGreaterThan(1_000);
    expect(body).toContain(`${5_000 - Number(listed)} ids of what is destroyed`);
    expect(body).toContain(RUN);
  });
});

describe("whatever is cut", () => {
  const problem = (severity: Diagnostic["severity"], at: number): Diagnostic => ({
    code: "value-unknown",
    severity,
    summary: `the value \`${at}\` is not known`,
    range: {
      file: `services/s${at}.yaml`,
      start: { line: at + 1, column: 1, offset: 0 },
      end: { line: at + 1, column: 2, offset: 1 },
    },
  });
  const problems = (severity: Diagnostic["severity"], count: number): Diagnostic[] =>
    Array.from({ length: count }, (_, at) => problem(severity, at));

  test.each([2_000, 5_000, 10_000, 20_000, 40_000])("no block stays open within %i bytes", async (limit) => {
    const review = await planOf(5, 100, (at) => `service-${at}`);
    const crowded = { ...review, diagnostics: [...problems("warning", 50), ...problems("info", 50)] };
    const { body } = renderComment({ ...inputOf(crowded), limit });
    expect(bytes(body)).toBeLessThanOrEqual(Math.max(limit, 3_800));
    expect(body.match(/^<details/gm)?.length ?? 0).toBe(body.match(/^<\/details>$/gm)?.length ?? 0);
    expect((body.match(/^(?:> )?```/gm)?.length ?? 0) % 2).toBe(0);
    expect(readMarker(body)).not.toBeNull();
    for (let at = 0; at < 5; at++) expect(body).toContain(`service-${at}`);
  });

  test("notes go before field diffs, and field diffs before rows", async () => {
    const review = await planOf(2, 60, (at) => `service-${at}`);
    const crowded = { ...review, diagnostics: problems("info", 20) };
    const whole = bytes(renderComment({ ...inputOf(crowded), limit: 1_000_000 }).body);
    const shown = (limit: number) => {
      const { body } = renderComment({ ...inputOf(crowded), limit });
      return {
        notes: body.match(/^- \[`services\/s/gm)?.length ?? 0,
        fields: body.match(/^<details><summary>(?:Delete|Update) /gm)?.length ?? 0,
        rows: body.match(/^\| `/gm)?.length ?? 0,
      };
    };
    expect(shown(whole)).toEqual({ notes: 20, fields: 62, rows: 62 });
    const fewerNotes = shown(whole - 500);
    expect(fewerNotes).toMatchObject({ fields: 62, rows: 62 });
    expect(fewerNotes.notes).toBeLessThan(20);
    const fewerFields = shown(whole - 10_000);
    expect(fewerFields).toMatchObject({ notes: 0, rows: 62 });
    expect(fewerFields.fields).toBeLessThan(62);
    const fewerRows = shown(6_000);
    expect(fewerRows).toMatchObject({ notes: 0, fields: 0 });
    expect(fewerRows.rows).toBeLessThan(62);
  });

  test("the number of errors stays, and the first of them with their lines", async () => {
    const review = await planOf(2, 10, (at) => `service-${at}`);
    const { body } = renderComment(inputOf({ ...review, diagnostics: problems("error", 2_000) }));
    expect(bytes(body)).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(body).toContain("### Cannot be applied: 2000 errors");
    expect(body).toContain("services/s0.yaml#L1)");
    expect(body).toMatch(/- and \d+ more errors/);
  });

  test("hundreds of environments are counted where there is no room for them", async () => {
    const review = await planOf(2, 10, (at) => `service-${at}`);
    const [only] = review.environments;
    if (only === undefined) throw new Error("no environment was planned");
    const environments = Array.from({ length: 400 }, (_, at) => ({ ...only, name: `zone${at}` }));
    // Each differs from the others, so that none share a section.
    const different = environments.map((one, at) => ({
      ...one,
      plan: only.plan && {
        ...only.plan,
        steps: only.plan.steps.map((step) => ({ ...step, reasons: [`because of ${at}`] })),
      },
    }));
    const { body } = renderComment(inputOf({ ...review, environments: different }));
    expect(bytes(body)).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(body).toContain("### Plan: 2 to delete, 10 to update in zone0, zone1, ");
  });
});
