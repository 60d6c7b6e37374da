import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commentDigest } from "../../../src/github/comment/comment-digest.ts";
import { labelsOf } from "../../../src/github/comment/labels-of.ts";
import { renderCheck } from "../../../src/github/comment/render-check.ts";
import { renderComment } from "../../../src/github/comment/render-comment.ts";
import { readMarker, writeMarker } from "../../../src/github/comment/said-marker.ts";
import { inputOf, reviewOf, situationIn } from "./reviewing.ts";

/*
 * Golden cases: what is recorded, what the base branch and the pull request declare, and the comment as GitHub gets it, with
 * the check's title and the labels. `vitest -u` writes them anew: read them as the reviewer who sees nothing else.
 */
const folder = join(import.meta.dirname, "../../cases/comment");

for (const file of readdirSync(folder).sort()) {
  const text = readFileSync(join(folder, file), "utf8");
  const given = text.split(/^--- comment$/m)[0] ?? "";
  const title = given.split("\n")[0]?.replace(/^# /, "") ?? file;

  test(title, async () => {
    const situation = situationIn(given);
    const review = await reviewOf(situation);
    const shownBefore =
      situation.before === undefined ? null : await reviewOf({ ...situation, declared: situation.before });
    const input = inputOf(review, {
      others: new Map(
        Object.entries(situation.others ?? {}).map(([id, pulls]) => [id, pulls.map((number) => ({ number }))]),
      ),
      previous: shownBefore === null ? null : readMarker(writeMarker(shownBefore, commentDigest(shownBefore))),
    });
    const { body, isQuiet } = renderComment(input);
    const { conclusion, title: line } = renderCheck(input);
    const labels = labelsOf(review).map(({ name }) => name);
    const rest = `--- check\n${conclusion}: ${line}\n${[...labels, ...(isQuiet ? ["(quiet)"] : [])].join(", ")}\n`;
    await expect(`${given}--- comment\n${body}${rest}`).toMatchFileSnapshot(join(folder, file));
    expect(readMarker(body)?.digest).toBe(commentDigest(review));
  });
}
