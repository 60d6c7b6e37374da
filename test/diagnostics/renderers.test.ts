import { describe, expect, test } from "vitest";
import { renderGithub } from "../../src/diagnostics/render-github.ts";
import { renderJson } from "../../src/diagnostics/render-json.ts";
import { renderSarif } from "../../src/diagnostics/render-sarif.ts";
import { renderText } from "../../src/diagnostics/render-text.ts";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import { HOSTILE as CORPUS } from "../support/hostile.ts";
import { problemsAgainst } from "../support/schemas.ts";

const LINE = "dependencies: [orders-bd]";
const missing: Diagnostic = {
  code: "dependency-missing",
  severity: "error",
  summary: "`orders` depends on `orders-bd`, which no file declares",
  detail: "Dependencies are brought up first.",
  hint: "did you mean `orders-db`?",
  range: range("services/orders.yaml", 6, 16, 25),
  line: LINE,
};
const unreachable: Diagnostic = {
  code: "health-unreachable",
  severity: "warning",
  summary: "nobody can ask",
  range: range("services/a b.yaml", 2, 1, 7),
  line: "health: {}",
  environment: "staging",
};
const note: Diagnostic = {
  code: "not-enforced-yet",
  severity: "info",
  summary: "not enforced yet: `events`",
  range: range("services/orders.yaml", 9, 1, 7),
};
const placeless: Diagnostic = { code: "state-corrupt", severity: "error", summary: "no place", service: "orders" };
const all = [placeless, note, missing, unreachable];

/** What a file could hold to get at whoever shows it: each is asked of every renderer. */
const HOSTILE = Object.entries({ ...CORPUS, "what ends a property": "file,line=1::x" });

function hostile(text: string): Diagnostic {
  return {
    code: "value-unknown",
    severity: "error",
    summary: text,
    detail: text,
    hint: text,
    range: range(`services/${text}.yaml`, 1, 1, 2),
    line: text.split(/[\r\n]/)[0] ?? "",
    service: text,
    environment: text,
  };
}

describe("text", () => {
  test("shows each problem with its line, a caret and what to do, in file order, and counts", () => {
    expect(renderText(all, { color: false, width: 80 })).toMatchInlineSnapshot(`
      "warning[health-unreachable]: nobody can ask
       --> services/a b.yaml:2:1 (environment staging)
        |
      2 | health: {}
        | ^^^^^^

      error[dependency-missing]: \`orders\` depends on \`orders-bd\`, which no file declares
       --> services/orders.yaml:6:16
        |
      6 | dependencies: [orders-bd]
        |                ^^^^^^^^^
        | Dependencies are brought up first.
        | hint: did you mean \`orders-db\`?

      note[not-enforced-yet]: services/orders.yaml:9: not enforced yet: \`events\`

      error[state-corrupt]: no place
       --> orders

      2 errors, 1 warning, 1 note in 2 files
      "
    `);
  });

  test("paints with colour where it is asked to, and says the same", () => {
    const painted = renderText(all, { color: true, width: 80 });
    expect(painted).toContain("\u001b[");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away
    expect(painted.replaceAll(/\u001b\[\d+m/g, "")).toBe(renderText(all, { color: false, width: 80 }));
  });

  test("is nothing where there is nothing to say", () => {
    expect(renderText([], { color: false, width: 80 })).toBe("");
  });

  test("cuts a long line around its mark", () => {
    const line = `x: ${"a".repeat(500)}!${"b".repeat(500)}`;
    const text = renderText([{ ...missing, line, range: range("a.yaml", 1, 504, 505) }], { color: false, width: 60 });
    const [, , , shown = "", caret = ""] = text.split("\n");
    expect(shown.length).toBeLessThanOrEqual(60);
    expect(shown[caret.indexOf("^")]).toBe("!");
  });

  test("counts columns of wide characters and tabs as a terminal does", () => {
    const line = "\tname: 漢字 x";
    const text = renderText([{ ...missing, line, range: range("a.yaml", 1, 11, 12) }], { color: false, width: 60 });
    const [, , , shown, caret] = text.split("\n");
    expect([shown, caret]).toEqual(["1 |     name: 漢字 x", "  |                ^"]);
  });

  test("shows paths relative to the folder one works in", () => {
    expect(renderText([missing], { color: false, width: 80, cwd: "services" })).toContain("--> orders.yaml:6:16");
  });

  test.each(HOSTILE)("lets nothing of a file steer the terminal: %s", (_, text) => {
    const output = renderText([hostile(text)], { color: false, width: 100 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2028\ud800]/);
    // The runner takes commands at a line's beginning, and its older form anywhere.
    expect(output).not.toMatch(/^\s*::|##\[/m);
  });
});

describe("JSON", () => {
  test.each([
    ["problems", all],
    ["nothing", []],
    ["hostile text", HOSTILE.map(([, text]) => hostile(text))],
  ])("of %s validates against its schema", (_, diagnostics) => {
    expect(problemsAgainst("diagnostics")(JSON.parse(renderJson(diagnostics)))).toEqual([]);
  });

  test("has every field, in file order, and the same bytes whatever the order they came in", () => {
    const { diagnostics, summary } = JSON.parse(renderJson(all));
    expect(diagnostics).toEqual([unreachable, missing, note, placeless]);
    expect(summary).toEqual({ errors: 2, warnings: 1, infos: 1, files: 2 });
    expect(renderJson([...all].reverse())).toBe(renderJson(all));
  });

  test.each(HOSTILE)("is safe to print and still the same text: %s", (_, text) => {
    const output = renderJson([hostile(text)]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2028]/);
    expect(output).not.toMatch(/^\s*::|##\[/m);
    expect(JSON.parse(output).diagnostics[0].detail).toBe(text);
  });
});

describe("SARIF", () => {
  const sarif = (diagnostics: readonly Diagnostic[]) => JSON.parse(renderSarif(diagnostics, { version: "1.2.3" }));

  test("is a 2.1.0 log with one run", () => {
    const log = sarif(all);
    expect(log).toMatchObject({
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [{ tool: { driver: { name: "fairlead", version: "1.2.3" } }, columnKind: "utf16CodeUnits" }],
    });
    expect(log.runs).toHaveLength(1);
  });

  test("has a rule for each code and a result for each problem, with its region", () => {
    const { tool, results } = sarif(all).runs[0];
    expect(tool.driver.rules.map((rule: { id: string }) => rule.id)).toEqual([
      "dependency-missing",
      "health-unreachable",
      "not-enforced-yet",
      "state-corrupt",
    ]);
    for (const result of results) {
      expect(tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(["error", "warning", "note"]).toContain(result.level);
      expect(result.message.text).not.toBe("");
    }
    expect(results[1]).toEqual({
      ruleId: "dependency-missing",
      ruleIndex: 0,
      level: "error",
      message: {
        text: "`orders` depends on `orders-bd`, which no file declares\nDependencies are brought up first.\nHint: did you mean `orders-db`?",
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "services/orders.yaml", uriBaseId: "ROOT" },
            region: { startLine: 6, startColumn: 16, endLine: 6, endColumn: 25, snippet: { text: LINE } },
          },
        },
      ],
    });
    expect(results[0].locations[0].physicalLocation.artifactLocation.uri).toBe("services/a%20b.yaml");
    expect(results[3].locations).toBeUndefined();
  });

  test.each(HOSTILE)("holds no link and no control: %s", (_, text) => {
    const output = renderSarif([hostile(text)], { version: "1.2.3" });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2028]|##\[/);
    const [result] = JSON.parse(output).runs[0].results;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(result.message.text).not.toMatch(/\]\(|[\u0000-\u0009\u000b-\u001f\u202e\u2028]/);
    expect(() => decodeURIComponent(result.locations[0].physicalLocation.artifactLocation.uri)).not.toThrow();
    expect(result.locations[0].physicalLocation.artifactLocation.uri).toMatch(/^[\w.%~!*'()/-]+$/);
  });
});

describe("GitHub annotations", () => {
  test("are a line each, errors first, since GitHub keeps ten of a kind", () => {
    expect(renderGithub(all)).toMatchInlineSnapshot(`
      "::error file=services/orders.yaml,line=6,endLine=6,col=16,endColumn=25,title=dependency-missing::\`orders\` depends on \`orders-bd\`, which no file declares%0ADependencies are brought up first.%0Ahint: did you mean \`orders-db\`?
      ::error title=state-corrupt::no place
      ::warning file=services/a b.yaml,line=2,endLine=2,col=1,endColumn=7,title=health-unreachable (staging)::nobody can ask
      ::notice file=services/orders.yaml,line=9,endLine=9,col=1,endColumn=7,title=not-enforced-yet::not enforced yet: \`events\`
      "
    `);
  });

  test.each(HOSTILE)("stay one command whose parts cannot be left: %s", (_, text) => {
    const output = renderGithub([hostile(text)]);
    expect(output.split("\n")).toHaveLength(2);
    const match = /^::error file=([^:,]*),line=1,endLine=1,col=1,endColumn=2,title=([^:,]*)::([^\r\n]*)\n$/.exec(
      output,
    );
    expect(match, output).not.toBeNull();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(output.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u202e\u2028]|##\[/);
  });
});

function range(file: string, line: number, from: number, to: number): NonNullable<Diagnostic["range"]> {
  const at = (column: number) => ({ line, column, offset: 100 * line + column });
  return { file, start: at(from), end: at(to) };
}
