import { describe, expect, test } from "vitest";
import { commentDigest } from "../../../src/github/comment/comment-digest.ts";
import { labelsOf } from "../../../src/github/comment/labels-of.ts";
import { renderCheck } from "../../../src/github/comment/render-check.ts";
import { renderComment } from "../../../src/github/comment/render-comment.ts";
import { type OutcomeInput, renderOutcome } from "../../../src/github/comment/render-outcome.ts";
import { readCommands } from "../../../src/github/destroy-command.ts";
import type { Review } from "../../../src/github/review.ts";
import type { Diagnostic } from "../../../src/model/diagnostic.ts";
import { wholeReview } from "./hostile-review.ts";
import { HEAD, inputOf, reviewOf } from "./reviewing.ts";

const error: Diagnostic = { code: "value-unknown", severity: "error", summary: "the value `x` is not known" };
const note: Diagnostic = { ...error, severity: "info" };

const quiet = await reviewOf({ recorded: { web: {} }, declared: { web: {} } });
const updated = await reviewOf({ recorded: { web: {} }, declared: { web: { environment: { MODE: "b" } } } });
const deleting = { recorded: { web: {}, old: {}, a: {}, b: {} }, declared: { web: {}, a: {}, b: {} } };

describe("whether a comment is posted anew", () => {
  test("not for a line that moved, a note, a destroy that was confirmed, or what others merged", async () => {
    const digest = commentDigest(updated);
    const range = {
      file: "services/web.yaml",
      start: { line: 1, column: 1, offset: 0 },
      end: { line: 1, column: 2, offset: 1 },
    };
    const at = (line: number): Review => ({
      ...updated,
      diagnostics: [{ ...error, range: { ...range, start: { line, column: 1, offset: line } } }],
    });
    expect(commentDigest(at(3))).toBe(commentDigest(at(9)));
    expect(commentDigest({ ...updated, diagnostics: [note] })).toBe(digest);
    expect(commentDigest({ ...updated, head: "0".repeat(40) })).toBe(digest);
    const named = await reviewOf({ ...deleting, named: ["old"] });
    expect(commentDigest(named)).toBe(commentDigest(await reviewOf(deleting)));
    const pending = {
      recorded: { web: {}, api: {} },
      declared: { web: { environment: { MODE: "b" } }, api: { endpoints: ["/a"] } },
    };
    const merged = await reviewOf({ ...pending, base: { web: {}, api: { endpoints: ["/a"] } } });
    const alone = await reviewOf({
      recorded: { web: {}, api: {} },
      declared: { web: { environment: { MODE: "b" } }, api: {} },
    });
    expect(commentDigest(merged)).toBe(commentDigest(alone));
  });

  test("for another step, another error, and another environment", async () => {
    const other = await reviewOf({ recorded: { web: {} }, declared: { web: { environment: { MODE: "c" } } } });
    const digests = [
      quiet,
      updated,
      other,
      { ...updated, diagnostics: [error] },
      { ...updated, environments: updated.environments.slice(1) },
    ].map(commentDigest);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe("the check", () => {
  const verdict = (review: Review) => {
    const { conclusion, title } = renderCheck(inputOf(review));
    return `${conclusion}: ${title}`;
  };

  test("succeeds where nothing changes, so that a required one never hangs", () => {
    expect(verdict(quiet)).toBe("success: No change to what runs");
    expect(verdict({ ...quiet, environments: [] })).toBe("success: No change to what runs");
  });

  test("fails for an error, wherever it is", () => {
    expect(verdict({ ...updated, diagnostics: [error] })).toBe(
      "failure: 1 error (1 to update in staging and production)",
    );
    const [first, ...rest] = updated.environments;
    if (first === undefined) throw new Error("nothing was planned");
    expect(verdict({ ...updated, environments: [{ ...first, plan: null }, ...rest] })).toBe(
      "failure: 1 to update in production · no plan for staging",
    );
  });

  test("asks for a person while a destroy waits to be confirmed, and for none after", async () => {
    expect(verdict(await reviewOf(deleting))).toBe(
      "action_required: Confirm 2 deletes (1 to delete in staging and production)",
    );
    expect(verdict(await reviewOf({ ...deleting, named: ["old"] }))).toBe(
      "success: 1 to delete in staging and production",
    );
  });

  test("leaves a destroy that others have merged to them", async () => {
    const { web, a, b } = deleting.recorded;
    expect(verdict(await reviewOf({ ...deleting, base: { web, a, b } }))).toBe("success: No change to what runs");
  });
});

test("a proposal that cannot be merged says why, and nothing of environments", () => {
  const conflict: Diagnostic = { code: "merge-conflict", severity: "error", summary: "it cannot be merged as it is" };
  const { body, isQuiet } = renderComment(
    inputOf({ head: HEAD, base: HEAD, environments: [], diagnostics: [conflict] }),
  );
  expect(isQuiet).toBe(false);
  expect(body).toContain("### Cannot be applied: 1 error");
  expect(body).toContain("it cannot be merged as it is");
});

test("an error of one environment's plan holds that one alone", () => {
  const [staging, ...rest] = updated.environments;
  if (staging === undefined) throw new Error("nothing was planned");
  const review = { ...updated, environments: [{ ...staging, diagnostics: [error] }, ...rest] };
  const { body } = renderComment(inputOf(review));
  expect(body).toContain("### Cannot be applied to staging: 1 error");
  expect(body).toContain("> Nothing is applied to staging before it is fixed:");
  expect(body).toContain("### Plan: 1 to update in staging and production");
});

describe("who has to approve", () => {
  const by = async (...lists: readonly (readonly string[])[]): Promise<string> => {
    const review = await reviewOf({ recorded: { web: {} }, declared: { web: { environment: { MODE: "b" } } } });
    const environments = review.environments.map((one, at) => ({ ...one, approvers: lists[at] ?? [] }));
    return renderComment(inputOf({ ...review, environments })).body;
  };

  test("is said of the environment that asks for it", async () => {
    expect(await by([], ["platform", "@octocat"])).toContain(
      "\nProduction needs the approval of `platform` or `@octocat`, on the commit that is merged.\n",
    );
    expect(await by(["platform"], ["platform"])).toContain(
      "Staging and production need the approval of `platform`, on",
    );
    expect(await by()).not.toContain("approval");
  });
});

describe("where nothing at all is applied", () => {
  const empty = { environments: { staging: "on_merge" }, recorded: { a: {}, b: {} } } as const;

  test("because every service would go, that is said where one confirms", async () => {
    const { body } = renderComment(inputOf(await reviewOf({ ...empty, declared: {} })));
    expect(body).toContain("> **Confirm 2 deletes: `a` and `b` in staging.**\n");
    expect(body).toContain(
      "> Until all of these are confirmed, **nothing at all** is applied to staging: no file declares",
    );
    expect(body).not.toContain("the rest is applied");
  });

  test("because of what was merged earlier, that is said too", async () => {
    const review = await reviewOf({
      ...empty,
      recorded: { a: {}, b: {}, c: {} },
      base: { a: {} },
      declared: { a: { endpoints: ["/a"] } },
    });
    const { body } = renderComment(inputOf(review));
    expect(body).toContain(
      "Until enough of the deletes that were merged earlier are confirmed, **nothing at all** is applied",
    );
  });
});

test("nothing can be confirmed before errors are fixed", async () => {
  const { body } = renderComment(inputOf({ ...(await reviewOf(deleting)), diagnostics: [error] }));
  expect(body).not.toContain("/fairlead allow-destroy");
  expect(body).toContain("Once it is fixed, of what could be read: 1 to delete in staging and production.");
});

test("more destroys than one comment may confirm are parted", async () => {
  const recorded = Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`svc-${at}`, {}]));
  const { body } = renderComment(
    inputOf(await reviewOf({ environments: { staging: "on_merge" }, recorded, declared: {} })),
  );
  const blocks = [...body.matchAll(/^> ```text\n([\s\S]*?)^> ```$/gm)];
  expect(blocks.map(([, lines = ""]) => readCommands(lines.replaceAll(/^> /gm, "")).pairs.length)).toEqual([200, 1]);
});

test("services with the very same change share what is unfolded, and the table counts who depends on them", async () => {
  const ids = Array.from({ length: 11 }, (_, at) => `svc-${String(at).padStart(2, "0")}`);
  const files = (MODE: string) => ({
    ...Object.fromEntries(ids.map((id) => [id, { environment: { MODE } }])),
    web: { dependencies: ids.slice(0, 1) },
  });
  const { body } = renderComment(inputOf(await reviewOf({ recorded: files("a"), declared: files("b") })));
  expect(body.match(/^<details/gm)).toHaveLength(1);
  expect(body).toContain("<summary>Update <code>svc-00</code>, <code>svc-01</code> and 9 more: 1 field each</summary>");
  expect(body).toContain("| `svc-00` | update | restart<br>1 service depends on it |");
  expect(body).toContain("- `svc-00`: `web` depends on it");
});

test("the delete of what owns volumes says that their data stays", async () => {
  const db = { type: "data", volumes: { data: { path: "/var/db", size: "1GB" } } };
  const { body } = renderComment(inputOf(await reviewOf({ recorded: { db, web: {} }, declared: { web: {} } })));
  expect(body).toContain("confirm first<br>Data in `/var/db` stays |");
});

test("labels are few, and say the gravest", async () => {
  const names = (review: Review) => labelsOf(review).map(({ name }) => name);
  expect(names(quiet)).toEqual(["fairlead: no change"]);
  expect(names({ ...quiet, diagnostics: [error] })).toEqual(["fairlead: errors"]);
  expect(names(updated)).toEqual(["fairlead: restarts"]);
  expect(names(await wholeReview())).toEqual([
    "fairlead: errors",
    "fairlead: deletes",
    "fairlead: replaces",
    "fairlead: restarts",
  ]);
  for (const { name, colour, description } of labelsOf(await wholeReview())) {
    expect(name.length).toBeLessThanOrEqual(50);
    expect(description.length).toBeLessThanOrEqual(100);
    expect(colour).toMatch(/^[0-9a-f]{6}$/);
  }
});

describe("what an apply did", () => {
  const report: OutcomeInput = {
    environment: "production",
    outcome: "failed",
    says: null,
    services: [
      { service: "api", action: "update", outcome: "done", says: "release 4 serves", release: 4 },
      { service: "web", action: "update", outcome: "rolled-back", says: "its health check answered 500", release: 7 },
      {
        service: "mail",
        action: "create",
        outcome: "refused",
        says: "no merged pull request showed it",
        release: null,
      },
    ],
    plan: null,
    runUrl: "https://github.com/acme/shop/actions/runs/43",
    next: ["Look at what they wrote: `fairlead logs -e production web`."],
    version: "0.1.0",
  };

  test("is told with what went wrong on top", () => {
    expect(renderOutcome(report)).toMatchInlineSnapshot(`
      "### production: not everything was applied, 1 changed, 2 did not

      | service | action | outcome | release |
      |---|---|---|---|
      | \`web\` | update | **rolled back**: its health check answered 500 | r7 |
      | \`mail\` | create | **refused**: no merged pull request showed it | – |
      | \`api\` | update | done | r4 |

      - Look at what they wrote: \`fairlead logs -e production web\`.

      <sub>Fairlead \`0.1.0\` · [the run](https://github.com/acme/shop/actions/runs/43) has the whole log</sub>
      "
    `);
  });

  test("says why all of it was refused, and links the pull requests that we know of", () => {
    const refused: OutcomeInput = {
      ...report,
      outcome: "refused",
      services: [],
      problems: ["#12 changes `web`, and #13 too"],
      next: ["Start it by hand:"],
      commands: ["gh workflow run fairlead-apply.yml -f environment=production"],
      pulls: [12],
    };
    expect(renderOutcome(refused)).toMatchInlineSnapshot(`
      "### production: nothing was applied

      - [#12](https://github.com/acme/shop/pull/12) changes \`web\`, and \`#13\` too

      - Start it by hand:

      \`\`\`sh
      gh workflow run fairlead-apply.yml -f environment=production
      \`\`\`

      <sub>Fairlead \`0.1.0\` · [the run](https://github.com/acme/shop/actions/runs/43) has the whole log</sub>
      "
    `);
  });

  test("shows what was refused as it would be done now", () => {
    const [, production] = updated.environments;
    const services = [{ service: "web", action: "update", outcome: "refused", says: "not shown", release: null }];
    const shown = renderOutcome({ ...report, services, plan: production?.plan ?? null });
    expect(shown).toContain("What was refused, as it would be done now:");
    expect(shown).toContain("+ environment.MODE: b");
  });

  test("fits, and leaves out what went well first", () => {
    const done = Array.from({ length: 3_000 }, (_, at) => ({
      service: `service-${at}`,
      action: "update",
      outcome: "done",
      says: "",
      release: 1,
    }));
    const shown = renderOutcome({ ...report, services: [...done, ...report.services] });
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(60_000);
    expect(shown).toContain("**rolled back**: its health check answered");
    expect(shown).toMatch(/And \d+ more, left out here for length/);
  });
});
