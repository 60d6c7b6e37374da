import { stripVTControlCharacters } from "node:util";
import stringWidth from "fast-string-width";
import { describe, expect, test } from "vitest";
import { isVisible } from "../../src/diagnostics/escape-terminal.ts";
import { renderMarkdown } from "../../src/plan/render-markdown.ts";
import { renderText } from "../../src/plan/render-text.ts";
import { shorten } from "../../src/plan/shorten.ts";
import { catalogOf, entry } from "../support/builders.ts";
import { HOSTILE } from "../support/hostile.ts";
import { applied, planOf } from "./planning.ts";

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

describe.each(Object.entries(HOSTILE))("values that mean harm: %s", (_, text) => {
  test("cannot steer a terminal or a runner", () => {
    for (const plan of Object.values(hostilePlan(text)))
      for (const color of [false, true]) {
        const shown = renderText(plan, { color, width: 80 });
        const plain = color ? stripVTControlCharacters(shown) : shown;
        expect([...plain].filter((character) => character !== "\n" && !isVisible(character))).toEqual([]);
        expect(plain).not.toMatch(/^::/m);
        expect(plain).not.toContain("##[");
      }
  });

  test("stay in their place even where State names a service so", () => {
    const { changed } = hostilePlan("x");
    const steps = changed.steps.map((step) => ({ ...step, service: text, dependents: [text], previousId: text }));
    expect(renderText({ ...changed, steps }, { color: false, width: 80 })).not.toMatch(/^::|##\[/m);
    for (const plan of [...Object.values(hostilePlan(text)), { ...changed, steps }]) {
      const rows = renderMarkdown(plan)
        .split("\n")
        .filter((line) => line.startsWith("|"));
      for (const row of rows) expect(row.replaceAll("\\|", "").split("|").length).toBe(6);
    }
  });
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
      "Nothing of this is applied before what is wrong with it is put right.\n",
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
    "### Plan for production: 1 to delete, 1 to create, 1 to update; 1 unchanged

    | service | change | impact | time |
    |---|---|---|---|
    | \`orders-db\` | **delete**, protected, confirm first | stops | at once at best, gives up after 5m 10s |
    | \`mail\` | create | – | 2s when healthy, gives up after 10m 20s |
    | \`orders-api\` | update | restart<br>\`web\` depends on it | 6s when healthy, gives up after 15m 30s |

    <details><summary>Delete <code>orders-db</code>: what stops</summary>

    \`\`\`diff
    - node server.js in services/orders-db, 2 instances
    \`\`\`

    Retire, at most 2 instances: answer 503 to new requests, then drain for at most 10s and stop 2 instances.

    </details>

    <details><summary>Create <code>mail</code>: what starts</summary>

    \`\`\`diff
    + node server.js in services/mail, 2 instances
    + command: [node, server.js]
    + deployment.drain_time: 10s
    + deployment.healthy_deadline: 1m
    + deployment.max_surge: 1
    + deployment.max_unavailable: 0
    + deployment.min_healthy_time: 2s
    + deployment.progress_deadline: 5m
    + deployment.strategy: rolling
    + endpoints: [/api/mail]
    + health.endpoint: /health
    + health.failure_threshold: 3
    + health.interval: 30s
    + health.start_period: 0s
    + health.success_threshold: 1
    + health.timeout: 5s
    + protected: false
    + runtime.replicas: 2
    + source: services/mail
    + status: active
    \`\`\`

    Rolling, at most 2 instances: start 2 instances, then wait until each has been healthy for 2s, then give them all traffic.

    </details>

    <details><summary>Update <code>orders-api</code>: 3 fields</summary>

    \`\`\`diff
    @@ restart: its processes start anew @@
    - environment.NODE_ENV: staging
    + environment.NODE_ENV: production
    @@ scale: instances are added or taken away @@
    - runtime.replicas: 2
    + runtime.replicas: 3
    @@ none: recorded only @@
    - dependencies: [orders-db]
    + dependencies: []
    \`\`\`

    Rolling, at most 4 instances: replace 2 by 3 instances, 1 at a time, then shift traffic as each has been healthy for 2s, then drain what is replaced, at most 10s each.

    </details>
    "
  `);
});
