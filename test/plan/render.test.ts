import { stripVTControlCharacters } from "node:util";
import stringWidth from "fast-string-width";
import { describe, expect, test } from "vitest";
import { isVisible } from "../../src/diagnostics/escape-terminal.ts";
import { renderMarkdown } from "../../src/plan/render-markdown.ts";
import { renderText } from "../../src/plan/render-text.ts";
import { shorten } from "../../src/plan/shorten.ts";
import { catalogOf, entry } from "../support/builders.ts";
import { applied, planOf } from "./planning.ts";

const HOSTILE = [
  "\u001b[2J\u001b]0;owned\u0007",
  "\u202egnp.exe",
  "::error::owned",
  "##[error]owned",
  "```\n</details>\n# owned",
  "````",
  "</details><script>alert(1)</script>",
  "@everyone #1 [link](https://evil.example)",
  "a | b",
  "line\nbreak\r\n- owned: yes",
  "<!-- hidden -->",
  "`",
  "\u{e0041}\u2028\ufeff",
];

const was = catalogOf([entry({ id: "web", environment: { A: "a", B: "b" } })]);
const [declared] = catalogOf([entry({ id: "web", environment: { A: "c", B: "d" } })]).services.values();

function hostilePlan(text: string) {
  const state = applied(was);
  const now = entry({ id: "web", environment: { A: text, [text]: "x" }, description: text });
  const created = entry({ id: "new", command: [text], source: text });
  const held = { release: 2, specDigest: now.specDigest, artifactDigest: now.artifactDigest, reason: text, at: "" };
  const records = new Map([...state.services].map(([id, record]) => [id, { ...record, held }]));
  return {
    changed: planOf(catalogOf([now, created]), state).plan,
    held: planOf(catalogOf([now, created]), { ...state, services: records }).plan,
  };
}

describe("values that mean harm", () => {
  test.each(HOSTILE)("cannot steer a terminal or a runner: %j", (text) => {
    for (const plan of Object.values(hostilePlan(text)))
      for (const color of [false, true]) {
        const shown = renderText(plan, { color, width: 80 });
        const plain = color ? stripVTControlCharacters(shown) : shown;
        expect([...plain].filter((character) => character !== "\n" && !isVisible(character))).toEqual([]);
        expect(plain).not.toMatch(/^::/m);
        expect(plain).not.toContain("##[");
      }
  });

  test.each(HOSTILE)("stay inside code spans and fences: %j", (text) => {
    for (const plan of Object.values(hostilePlan(text))) {
      const shown = renderMarkdown(plan);
      const outside = outsideOfCode(shown);
      expect(outside).not.toMatch(/owned|script|everyone|evil|hidden|exe/);
      expect(outside.match(/<[^>]*>/g)?.filter((tag) => !/^<\/?(details|summary|code)>$/.test(tag)) ?? []).toEqual([]);
      expect(outside.split("<details>").length).toBe(outside.split("</details>").length);
      const table = shown.split("\n").filter((line) => line.startsWith("|"));
      for (const row of table) expect(row.replaceAll("\\|", "").split("|").length).toBe(7);
    }
  });

  test.each(HOSTILE)("are made visible in Markdown, within a fence that is longer than what they hold: %j", (text) => {
    for (const plan of Object.values(hostilePlan(text))) {
      const shown = renderMarkdown(plan);
      expect(
        [...shown].filter((character) => character !== "\n" && !isVisible(character) && character !== "\ufe0f"),
      ).toEqual([]);
      const blocks = [...shown.matchAll(/^(`{3,})diff\n([\s\S]*?)^\1$/gm)];
      expect(blocks).toHaveLength(plan.steps.length);
      for (const [, fence = "", content] of blocks) expect(content).not.toContain(fence);
    }
  });

  test.each(HOSTILE)("stay in their place even where State names a service so: %j", (text) => {
    const { changed } = hostilePlan("x");
    const steps = changed.steps.map((step) => ({ ...step, service: text, dependents: [text], previousId: text }));
    const moved = steps.map((step) => ({ ...step, action: "move" as const }));
    for (const plan of [
      { ...changed, steps },
      { ...changed, steps: moved },
    ]) {
      const shown = renderMarkdown(plan);
      const outside = outsideOfCode(shown).replaceAll(/<summary><code>[^<>]*<\/code>/g, "");
      expect(outside).not.toMatch(/owned|script|everyone|evil|hidden|exe/);
      for (const row of shown.split("\n").filter((line) => line.startsWith("|")))
        expect(row.replaceAll("\\|", "").split("|").length).toBe(7);
      expect(renderText(plan, { color: false, width: 80 })).not.toMatch(/^::|##\[/m);
    }
  });

  /** What GitHub would read as Markdown: without fenced blocks (by CommonMark's rule) and code spans. */
  function outsideOfCode(markdown: string): string {
    let fence: string | null = null;
    const kept: string[] = [];
    for (const line of markdown.split("\n")) {
      const mark = /^ {0,3}(`{3,})([^`]*)$/.exec(line);
      if (fence === null && mark?.[1]) fence = mark[1];
      else if (fence !== null && mark?.[1] && mark[1].length >= fence.length && mark[2]?.trim() === "") fence = null;
      else if (fence === null) kept.push(line);
    }
    expect(fence).toBeNull();
    return kept.join("\n").replace(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
  }
});

describe("text", () => {
  const { plan } = planOf(catalogOf(declared ? [declared, entry({ id: "mail" })] : []), applied(was));

  test("says the same with colour and without", () => {
    const plain = renderText(plan, { color: false, width: 100 });
    const coloured = renderText(plan, { color: true, width: 100 });
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  test.each([40, 60, 80, 120])("fits into %i columns", (width) => {
    const long = "x".repeat(500);
    const now = entry({ id: "web", environment: { A: long, B: `b${long}` }, description: `${"word ".repeat(60)}end` });
    const shown = renderText(planOf(catalogOf([now]), applied(was)).plan, { color: false, width });
    for (const line of shown.split("\n")) expect(stringWidth(line), line).toBeLessThanOrEqual(width);
  });

  test("is not cut where there is no terminal", () => {
    const long = "x".repeat(500);
    const shown = renderText(
      planOf(catalogOf([entry({ id: "web", environment: { A: long, B: "b" } })]), applied(was)).plan,
      {
        color: false,
        width: 0,
      },
    );
    expect(shown).toContain(long);
  });

  test("says that nothing can be applied while there are errors", () => {
    const error = { code: "secret-unresolved", severity: "error", summary: "x" } as const;
    expect(renderText(plan, { color: false, width: 80, diagnostics: [error] })).toContain(
      "Nothing of this can be applied before the errors are mended.\n",
    );
    expect(renderText(plan, { color: false, width: 80 })).toContain("To apply it: `fairlead apply`\n");
  });
});

describe("cutting two texts", () => {
  test("keeps what fits", () => {
    expect(shorten("one", "two", 10)).toEqual(["one", "two"]);
  });

  test("keeps different texts different, however late they differ", () => {
    for (const at of [0, 1, 5, 9, 10, 50, 199]) {
      const before = "a".repeat(200);
      const after = `${"a".repeat(at)}b${"a".repeat(199 - at)}`;
      const [one, other] = shorten(before, after, 20);
      expect(one, `different at ${at}`).not.toBe(other);
      expect(stringWidth(one)).toBeLessThanOrEqual(40);
    }
    const [short, long] = shorten("a".repeat(100), "a".repeat(101), 20);
    expect(short).not.toBe(long);
  });
});

test("the comment puts what destroys on top", () => {
  const { plan } = planOf(catalogOf([entry({ id: "a-new" })]), applied(catalogOf([entry({ id: "z-old" })])));
  const rows = renderMarkdown(plan)
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|")[1]?.trim());
  expect(rows).toEqual(["`z-old`", "`a-new`"]);
});

test("the comment, whole", () => {
  const production = { environment: "production" };
  const was = catalogOf(
    [
      entry({ id: "orders-db", protected: true }),
      entry({ id: "orders-api", dependencies: ["orders-db"], environment: { NODE_ENV: "staging" } }),
      entry({ id: "web", dependencies: ["orders-api"] }),
    ],
    production,
  );
  const now = catalogOf(
    [
      entry({ id: "orders-api", environment: { NODE_ENV: "production" }, runtime: { replicas: 3 } }),
      entry({ id: "web", dependencies: ["orders-api"] }),
      entry({ id: "mail" }),
    ],
    production,
  );
  expect(renderMarkdown(planOf(now, applied(was)).plan)).toMatchInlineSnapshot(`
    "**Plan for production: 1 to delete, 1 to create, 1 to update; 1 unchanged.**

    | service | action | impact | rollout | touches |
    |---|---|---|---|---|
    | \`orders-db\` | delete ⚠️ must be named |  | retire, at most 2 instances, 0s to 5m 10s |  |
    | \`mail\` | create |  | rolling, at most 2 instances, 2s to 10m 20s |  |
    | \`orders-api\` | update | restart | rolling, at most 4 instances, 6s to 15m 30s | \`web\` |

    <details><summary><code>orders-db</code>: delete</summary>

    \`\`\`diff
    # no file declares it any more
    # it is protected, which its record remembers
    # answer 503 to new requests
    # drain for at most 10s and stop 2 instances
    - node server.js in services/orders-db, 2 instances
    \`\`\`

    </details>

    <details><summary><code>mail</code>: create</summary>

    \`\`\`diff
    # start 2 instances
    # wait until each has been healthy for 2s
    # give them all traffic
    + node server.js in services/mail, 2 instances
    \`\`\`

    </details>

    <details><summary><code>orders-api</code>: update</summary>

    \`\`\`diff
    # replace 2 by 3 instances, 1 at a time
    # shift traffic as each has been healthy for 2s
    # drain what is replaced, at most 10s each
    - dependencies: [orders-db]
    + dependencies: []
    - environment.NODE_ENV: staging
    + environment.NODE_ENV: production
    - runtime.replicas: 2
    + runtime.replicas: 3
    \`\`\`

    </details>
    "
  `);
});
