import fc from "fast-check";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isVisible } from "../../../src/diagnostics/escape-terminal.ts";
import { renderCheck } from "../../../src/github/comment/render-check.ts";
import { renderComment } from "../../../src/github/comment/render-comment.ts";
import { renderOutcome } from "../../../src/github/comment/render-outcome.ts";
import { renderSummary } from "../../../src/github/comment/render-summary.ts";
import type { Review } from "../../../src/github/review.ts";
import { renderMarkdown } from "../../../src/plan/render-markdown.ts";
import { startBrowser } from "../../support/browser.ts";
import { githubHtml, type Seen, seenBy } from "../../support/github-markdown.ts";
import { HOSTILE } from "../../support/hostile.ts";
import { hostileReview, wholeReview } from "./hostile-review.ts";
import { inputOf } from "./reviewing.ts";

/*
 * Whatever a file, a State or a branch says is inert wherever it is shown on GitHub: rendered as GitHub renders it and read by a
 * real browser, there is no element, link, marker or mention but ours, and nothing of ours is swallowed.
 */
let browser: Browser;
let page: Page;
let whole: Review;

beforeAll(async () => {
  browser = await startBrowser();
  page = await browser.newPage();
  whole = await wholeReview();
});
afterAll(() => browser?.close());

describe.each(Object.entries(HOSTILE))("%s", (_, text) => {
  test("is inert in every text on GitHub", async () => {
    for (const sink of sinksWith(text)) await expectInert(sink);
  });
});

test("so is anything else", async () => {
  const piece = fc.oneof(
    fc.constantFrom(...Object.values(HOSTILE).filter((text) => text.length < 200)),
    fc.constantFrom(
      "`",
      "``",
      "|",
      "\\",
      "<",
      ">",
      "[",
      "](",
      ")",
      "\n",
      "@a",
      "#1",
      "*",
      "_",
      "&#64;",
      "$",
      "~",
      ":",
      " ",
    ),
    fc.string({ unit: "binary", maxLength: 12 }),
  );
  const texts = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      for (const sink of sinksWith(text)) await expectInert(sink);
    }),
    { numRuns: 60 },
  );
});

interface Sink {
  readonly name: string;
  readonly markdown: string;
  /** Sentences of ours that no text may swallow, turn into code, or take out of sight. */
  readonly ours: readonly string[];
  readonly markers: number;
}

function sinksWith(text: string): Sink[] {
  const review = hostileReview(whole, text);
  const others = new Map([[text, [{ number: 7, title: text }]]]);
  const previous = { digest: "0".repeat(64), head: "0".repeat(40), environments: new Map([[text, { steps: null }]]) };
  const input = inputOf(review, { others, previous });
  const merged = inputOf(hostileReview(whole, text, true));
  const right = inputOf(withoutErrors(review));
  const plan = [
    "before it is fixed:",
    "This changes the rules themselves",
    ...(text.length < 1_000 ? ["depends on it"] : []),
  ];
  const end = "only as shown here.";
  const steps = whole.environments.flatMap((one) => one.plan?.steps ?? []);
  const outcome = renderOutcome({
    environment: text,
    outcome: "failed",
    says: text,
    services: ["failed", "refused", "done"].map((what) => ({
      service: text,
      action: text,
      outcome: what,
      says: text,
      release: 3,
    })),
    plan: review.environments[0]?.plan ?? null,
    runUrl: "https://github.com/acme/shop/actions/runs/43",
    problems: [text],
    next: [text],
    commands: [text],
    pulls: [12],
    version: "0.1.0",
  });
  expect(steps.length).toBeGreaterThan(0);
  return [
    { name: "comment", markdown: renderComment(input).body, ours: [...plan, end], markers: 1 },
    { name: "merged", markdown: renderComment(merged).body, ours: ["Merged earlier", end], markers: 1 },
    {
      name: "cut",
      markdown: renderComment({ ...input, limit: 3_500 }).body,
      ours: ["before it is fixed:", "Left out here", end],
      markers: 1,
    },
    {
      name: "right",
      markdown: renderComment(right).body,
      ours: ["To confirm", "by hand after the merge", end],
      markers: 1,
    },
    { name: "summary", markdown: renderSummary(input), ours: [...plan, end], markers: 0 },
    { name: "check", markdown: renderCheck(input).summary, ours: [...plan, end], markers: 0 },
    {
      name: "title",
      markdown: `\`\`\`\`\`\`\n${renderCheck(input).title.replaceAll("`", "'")}\n\`\`\`\`\`\``,
      ours: [],
      markers: 0,
    },
    {
      name: "outcome",
      markdown: outcome,
      ours: ["not everything was applied", "What was refused", "has the whole log"],
      markers: 0,
    },
    ...(review.environments[0]?.plan
      ? [
          {
            name: "plan",
            markdown: renderMarkdown(review.environments[0].plan),
            ours: ["depends on it"],
            markers: 0,
          },
        ]
      : []),
  ];
}

/** The same with files that are right: then it says when it is applied, and what has to be confirmed. */
function withoutErrors(review: Review): Review {
  const mild = <T extends { readonly severity: string }>(all: readonly T[]): T[] =>
    all.filter(({ severity }) => severity !== "error");
  const environments = review.environments.map((one) => ({ ...one, diagnostics: mild(one.diagnostics) }));
  return { ...review, diagnostics: mild(review.diagnostics), environments };
}

const ELEMENTS =
  /^(?:p|h3|h4|strong|em|br|sub|ul|li|code|pre|table|thead|tbody|tr|th|td|summary|details|details\[open\]|code\[class\]|span\[class\]|a\[href\]|div\[class\]|p\[class\])$/;
const HREFS =
  /^https:\/\/github\.com\/acme\/shop\/(?:blob\/[0-9a-f]{40}\/[\w.~%/-]*#L\d+|commit\/[0-9a-f]{40}|pull\/\d+|actions\/(?:runs\/\d+|workflows\/fairlead-apply\.yml))$/;

async function expectInert({ name, markdown, ours, markers }: Sink): Promise<void> {
  const seen: Seen = await seenBy(page, githubHtml(markdown));
  const end = name === "plan" ? undefined : ours.at(-1);
  const told = {
    elements: seen.elements.filter((element) => !ELEMENTS.test(element)),
    hrefs: seen.hrefs.filter((href) => !HREFS.test(href)),
    comments: seen.comments.filter((comment) => !comment.startsWith(" fairlead:said 1 ")),
    markers: seen.comments.length === markers && (markdown.match(/<!--/g)?.length ?? 0) === markers,
    details: seen.detailsCount === (markdown.match(/^<details/gm)?.length ?? 0),
    references: seen.prose.match(REFERENCE)?.slice(0, 3) ?? [],
    invisible: [...seen.text].filter((one) => one !== "\n" && !isVisible(one)).slice(0, 3),
    swallowed: ours.filter((sentence) => !seen.prose.includes(sentence)),
    // Nothing took the end in: it stands at the top, as the last that is seen.
    last: end === undefined || (seen.top.at(-1) === "p" && seen.prose.trimEnd().endsWith(end)),
  };
  const inert = { elements: [], hrefs: [], comments: [], references: [], invisible: [], swallowed: [] };
  expect({ sink: name, ...told }).toEqual({ sink: name, ...inert, markers: true, details: true, last: true });
}

/** Mentions, references, commits, addresses, math, emoji by name and footnotes, where GitHub would look for them. */
const REFERENCE = /@[\w&#]|#\d|\bGH-\d|\b[0-9a-f]{7,}\b|https?:|www\.|[\w.]+@[\w.]|\$|:\w+:|\[\^/gi;
