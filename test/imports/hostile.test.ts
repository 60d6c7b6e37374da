import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { caseFiles, imports, NAMES, shown, type ToolName } from "./importing.ts";

/** Anything that JSON can say, with the keys that tools have here and there. */
const KEYS =
  "name url sites endpoints group headers body conditions interval alerts client dns ui alerting slack email to from webhook-url params systems categories affected title date severity components incidents incident_updates id created_at scheduled_maintenances scheduled_for page labels comments dailyMinutesDown maintenance start duration every timezone status-website navbar __proto__ constructor toString".split(
    " ",
  );
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(
      null,
      true,
      false,
      0,
      -1,
      1e300,
      Number.MAX_SAFE_INTEGER,
      "",
      " ",
      "2026-03-01T00:00:00Z",
      "https://a.example",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is how Gatus writes a secret
      "${X}",
      "$X",
    ),
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.double(),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 8 })), tie("value"), { maxKeys: 6 }),
  ),
})).value;

const FILES: Readonly<Record<ToolName, readonly string[]>> = {
  upptime: [".upptimerc.yml", "history/summary.json", "history/a.yml", "issues.json"],
  gatus: ["config.yaml"],
  cstate: ["config.yml"],
  statuspage: ["summary.json", "incidents.json"],
};

describe("whatever a source holds", () => {
  test.each(NAMES)("%s: any shape is read without a throw, and what is written is YAML", (tool) => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 4, maxLength: 4 }), (values) => {
        const files = FILES[tool].map((path, index) => [path, JSON.stringify(values[index]) ?? "null"] as const);
        readable(shownParts(tool, new Map(files)));
      }),
      { numRuns: 80 },
    );
  });

  test.each(NAMES)("%s: a true source with one value of another type is read without a throw", (tool) => {
    const source = caseFiles(tool);
    fc.assert(
      fc.property(fc.nat(), anything, (where, value) => {
        const files = new Map(source);
        const paths = [...files.keys()].filter((path) => !path.endsWith(".md"));
        const path = paths[where % paths.length] ?? "";
        const whole: unknown = parse(files.get(path) ?? "", { merge: true });
        files.set(path, JSON.stringify(replaced(whole, where, value)) ?? "null");
        readable(shownParts(tool, files));
      }),
      { numRuns: 80 },
    );
  });

  test.each(NAMES)("%s: a source that is cut off is read without a throw", (tool) => {
    const source = caseFiles(tool);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (which, at) => {
        const files = new Map(source);
        const path = [...files.keys()][which % files.size] ?? "";
        const text = files.get(path) ?? "";
        files.set(path, text.slice(0, at % (text.length + 1)));
        readable(shownParts(tool, files));
      }),
      { numRuns: 80 },
    );
  });

  test("an alias bomb is cut short", () => {
    const lines = "bcdefghij"
      .split("")
      .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${"abcdefghi"[index]}`).join(",")}]`);
    const text = `a: &a [1,1,1,1,1,1,1,1,1]\n${lines.join("\n")}\nendpoints: *j\nui: {title: *j}\n`;
    expect(imports("gatus", { "config.yaml": text }).services).toEqual([]);
  });

  test("an alias that contains itself is cut short", () => {
    const text = "endpoints: &a\n  - {name: A, url: https://a.example, headers: *a}\n  - *a\n";
    expect(imports("gatus", { "config.yaml": text }).services).toHaveLength(1);
  });
});

describe("texts", () => {
  test("cannot become keys, documents or markup of another file", () => {
    const evil = 'x\nexternal: false\n---\n# "a" <script>alert(1)</script> [a](javascript:b) \u202e';
    const { services, incidents } = imports("statuspage", {
      "summary.json": JSON.stringify({
        components: [{ id: "c", name: evil, description: evil }],
        incidents: [
          {
            id: "i",
            name: evil,
            impact: "minor",
            created_at: "2026-03-01T00:00:00Z",
            components: [{ id: "c" }],
            incident_updates: [
              {
                status: "investigating",
                body: `${evil}\n## Post-mortem\n---\ntitle: y`,
                created_at: "2026-03-01T00:00:00Z",
              },
              { status: "postmortem", body: evil, created_at: "2026-03-02T00:00:00Z" },
            ],
          },
        ],
      }),
    });
    expect(parse(services[0]?.text ?? "")).toMatchObject({ external: true });
    expect(incidents[0]?.text).toMatchInlineSnapshot(`
      "---
      title: 'x external: false --- # "a" <script>alert(1)</script> [a](javascript:b)'
      severity: degraded
      affected:
        - x-external-false-a-script-alert-1-script-a-javascript-b
      started: 2026-03-01T00:00:00Z
      updates:
        - at: 2026-03-01T00:00:00Z
          status: investigating
          says: |-
            x
            external: false
            \\---
            \\# "a" \\<script\\>alert(1)\\</script\\> \\[a\\](javascript:b)
            \\## Post-mortem
            \\---
            title: y
      ---

      ## Post-mortem

      x
      external: false
      \\---
      \\# "a" \\<script\\>alert(1)\\</script\\> \\[a\\](javascript:b)
      "
    `);
  });
});

function shownParts(tool: ToolName, files: ReadonlyMap<string, string>) {
  const imported = imports(tool, files);
  expect(shown(imported)).toBeTypeOf("string");
  return imported;
}

function readable({ services, incidents }: ReturnType<typeof shownParts>): void {
  for (const { path, text } of services)
    expect(parse(text)).toMatchObject({ id: path.slice("services/".length, -".yaml".length), external: true });
  for (const { text } of incidents) expect(parse(text.split(/^---$/m)[1] ?? "")).toHaveProperty("title");
  expect(new Set(services.map(({ path }) => path)).size).toBe(services.length);
}

/** The same with the value at one place, counted from the top, replaced. */
function replaced(whole: unknown, where: number, value: unknown): unknown {
  let left = where % Math.max(1, count(whole));
  const visit = (at: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(at)) return at.map(visit);
    if (typeof at !== "object" || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([key, one]) => [key, visit(one)]));
  };
  return visit(whole);
}

function count(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, one: unknown) => sum + count(one), 1);
}
