import { expect, test } from "vitest";
import { commentDigest } from "../../../src/github/comment/comment-digest.ts";
import { renderComment } from "../../../src/github/comment/render-comment.ts";
import { readMarker, writeMarker } from "../../../src/github/comment/said-marker.ts";
import type { Review } from "../../../src/github/review.ts";
import { HOSTILE } from "../../support/hostile.ts";
import { hostileReview, wholeReview } from "./hostile-review.ts";
import { HEAD, inputOf, reviewOf } from "./reviewing.ts";

const one = await reviewOf({
  environments: { staging: "on_merge" },
  recorded: { web: {} },
  declared: { web: {}, mail: {} },
});
const { body, digest } = renderComment(inputOf(one));

test("a comment's marker tells the digest, the head, and the steps by the first digits of theirs", () => {
  const step = one.environments[0]?.plan?.steps[0];
  expect(readMarker(body)).toEqual({
    digest,
    head: HEAD,
    environments: new Map([["staging", { steps: new Map([["mail", step?.digest.slice(0, 8)]]) }]]),
  });
});

test("it survives what GitHub does to line breaks and to the end", () => {
  expect(readMarker(`${body.replaceAll("\n", "\r\n")}\r\n`)).toEqual(readMarker(body));
  expect(readMarker(body.trimEnd())).toEqual(readMarker(body));
});

test.each([
  ["nothing", ""],
  ["a comment of somebody's", "Looks good."],
  ["a marker with words behind it", `${body}\nand more`],
  ["half a marker", body.trimEnd().slice(0, -3)],
  ["another version", body.replace("fairlead:said 1 ", "fairlead:said 2 ")],
  ["a digest that is none", body.replace(digest, digest.toUpperCase())],
  ["a head that is none", body.replace(` ${HEAD}\nstaging`, " main\nstaging")],
  ["an environment that no file may name", body.replace("staging =", "@everyone =")],
  ["a service that no file may name", body.replace("mail:", "<b>:")],
  ["a step's digest that is none", body.replace(/mail:\w+/, "mail:javascript")],
  ["a line of another form", body.replace("staging =", "staging = =")],
  ["too many environments", body.replace("staging =", `${"a =\n".repeat(60)}staging =`)],
])("nothing is believed of %s", (_, text) => {
  expect(readMarker(text)).toBeNull();
});

test("a marker that is quoted further up counts for nothing", () => {
  const forged = writeMarker(one, "f".repeat(64));
  expect(readMarker(`${forged}\n\n${body}`)?.digest).toBe(digest);
  expect(readMarker(`${forged}\n\nLooks good.`)).toBeNull();
});

test("steps are left out where there are too many, and that is told", () => {
  const [first] = one.environments;
  const [step] = first?.plan?.steps ?? [];
  if (!first?.plan || !step) throw new Error("no step was planned");
  const steps = Array.from({ length: 2_000 }, (_, at) => ({ ...step, service: `service-${at}` }));
  const many: Review = { ...one, environments: [{ ...first, plan: { ...first.plan, steps } }] };
  const marker = writeMarker(many, digest);
  expect(marker.length).toBeLessThan(8_000);
  const previous = readMarker(marker);
  expect(previous?.environments.get("staging")).toEqual({ steps: null });
  expect(renderComment(inputOf(one, { previous: previous && { ...previous, digest: "0".repeat(64) } })).body).toContain(
    "staging: it differs; the last plan was too long to say in what",
  );
});

test.each(Object.entries(HOSTILE))(
  "a State that names services and environments so cannot leave it: %s",
  async (_, text) => {
    const whole = await wholeReview();
    const hostile = hostileReview(whole, text);
    // One under its own name, so that its services have their say.
    const review = {
      ...hostile,
      environments: hostile.environments.map((one, at) => ({ ...one, name: at === 0 ? "staging" : one.name })),
    };
    const marker = writeMarker(review, commentDigest(review));
    expect(marker.match(/-->/g)).toHaveLength(1);
    expect(marker).toMatch(/^<!-- fairlead:said 1 [0-9a-f ]+\n(?:[a-z0-9-]+ =[a-z0-9: -]*\n)*-->$/);
    expect(readMarker(marker)?.digest).toBe(commentDigest(review));
  },
);
