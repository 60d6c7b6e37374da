import { describe, expect, test } from "vitest";
import { COMMENT_MAX, latestComment, markerLine, publishComment } from "../../src/github/sticky-comment.ts";
import { type GithubFake, githubFake } from "../support/github/fake.ts";
import { pushFiles } from "../support/github/push.ts";
import { until } from "../support/until.ts";
import { BOT, connect } from "./connect.ts";

const PLAN = { number: 1, marker: "plan", author: BOT, digest: "aaaa1111", body: "12 services change" };

async function pulled(): Promise<GithubFake> {
  const fake = await githubFake();
  pushFiles(fake.folder, "more-stock", { "services/stock.yaml": "id: stock\n" });
  fake.openPull({ branch: "more-stock" });
  return fake;
}

/** What people see of ours: the texts that are not hidden. */
function visible(fake: GithubFake): string[] {
  return fake.world.comments.filter((one) => one.author === BOT && one.minimized === null).map((one) => one.body);
}

function writes(fake: GithubFake): string[] {
  return fake.requests
    .filter((one) => one.method !== "GET" && !/^\s*query/.test(String(one.body["query"])))
    .map((one) => `${one.method} ${one.path}`);
}

describe("the comment", () => {
  test("is posted once, and a second time nothing at all is written", async () => {
    const fake = await pulled();
    const client = connect(fake);
    const first = await publishComment(client, PLAN);
    expect(first).toEqual({ url: expect.stringMatching(/pull\/1#issuecomment-\d+$/), previousBody: null });
    const count = writes(fake).length;
    expect(await publishComment(client, PLAN)).toEqual({ url: first.url, previousBody: "12 services change" });
    expect(writes(fake)).toHaveLength(count);
    expect(visible(fake)).toEqual([`${markerLine("plan", "aaaa1111")}\n\n12 services change`]);
  });

  test("is edited in place while its digest stays", async () => {
    const fake = await pulled();
    const client = connect(fake);
    const first = await publishComment(client, PLAN);
    const second = await publishComment(client, { ...PLAN, body: "12 services change, 3 others wait" });
    expect(second).toEqual({ url: first.url, previousBody: "12 services change" });
    expect(fake.world.comments).toHaveLength(1);
  });

  test("of another digest is a new one, and the older ones are hidden as outdated", async () => {
    const fake = await pulled();
    const client = connect(fake);
    await publishComment(client, PLAN);
    await publishComment(client, { ...PLAN, digest: "bbbb2222", body: "13 services change" });
    const third = await publishComment(client, { ...PLAN, body: "12 services again" });
    expect(third.previousBody).toBe("13 services change");
    expect(fake.world.comments.map((one) => one.minimized)).toEqual(["OUTDATED", "OUTDATED", null]);
    expect(third.url).toContain(String(fake.world.comments[2]?.id));
    // What is hidden already is not hidden again.
    const count = writes(fake).length;
    await publishComment(client, { ...PLAN, body: "12 services again" });
    expect(writes(fake)).toHaveLength(count);
  });

  test("is found behind hundreds of others", async () => {
    const fake = await pulled();
    const client = connect(fake);
    for (let at = 0; at < 130; at++) fake.comment(1, "bob", `comment ${at}`);
    const { url } = await publishComment(client, PLAN);
    for (let at = 0; at < 130; at++) fake.comment(1, "bob", `more ${at}`);
    expect((await publishComment(client, { ...PLAN, body: "new words" })).url).toBe(url);
    expect((await latestComment(client, PLAN))?.body).toBe("new words");
    expect(visible(fake)).toHaveLength(1);
  });

  test("is not what somebody else marks as ours, nor one of ours that quotes a mark", async () => {
    const fake = await pulled();
    const client = connect(fake);
    const spoofed = fake.comment(1, "mallory", `${markerLine("plan", "aaaa1111")}\n\nnothing to see`);
    const quoting = fake.comment(1, BOT, `as it said:\n\n${markerLine("plan", "aaaa1111")}`);
    const other = fake.comment(1, BOT, `${markerLine("apply", "aaaa1111")}\n\napplied`);
    expect(await latestComment(client, PLAN)).toBeNull();
    expect((await publishComment(client, PLAN)).previousBody).toBeNull();
    await publishComment(client, { ...PLAN, digest: "cccc3333" });
    expect([spoofed, quoting, other].map((one) => one.minimized)).toEqual([null, null, null]);
    expect(spoofed.body).toContain("nothing to see");
  });

  test("by a person's token needs no name", async () => {
    const fake = await pulled();
    const client = connect(fake, { token: fake.token({ login: "alice" }) });
    const { author, ...rest } = PLAN;
    await publishComment(client, rest);
    expect(fake.world.comments[0]?.author).toBe("alice");
  });

  test("by GITHUB_TOKEN needs one, since that may not ask who it is", async () => {
    const fake = await pulled();
    const { author, ...rest } = PLAN;
    await expect(publishComment(connect(fake), rest)).rejects.toMatchObject({ kind: "not-permitted" });
    expect(writes(fake)).toEqual([]);
  });
});

describe("when GitHub fails", () => {
  for (const failure of [
    { how: "lost-answer" },
    { how: "bad-gateway", done: true },
    { how: "bad-gateway" },
    { how: "secondary-rate-limit", retryAfterS: 30 },
    { how: "rate-limit", resetInS: 5 },
  ] as const) {
    test(`a new comment is there once (${JSON.stringify(failure)})`, async () => {
      const fake = await pulled();
      fake.failNext({ match: /^POST .*\/comments/, ...failure });
      await publishComment(connect(fake), PLAN);
      expect(fake.world.comments).toHaveLength(1);
      expect(visible(fake)).toHaveLength(1);
    });
  }

  test("a lost answer to hiding is asked again", async () => {
    const fake = await pulled();
    const client = connect(fake);
    await publishComment(client, PLAN);
    fake.failNext({ match: /^POST \/graphql/, how: "lost-answer", times: 2 });
    await publishComment(client, { ...PLAN, digest: "bbbb2222" });
    expect(visible(fake)).toHaveLength(1);
  });

  test("an edit that GitHub takes and does not make is an error", async () => {
    const fake = await pulled();
    const client = connect(fake);
    await publishComment(client, PLAN);
    fake.failNext({ match: /^PATCH /, how: "ignored" });
    await expect(publishComment(client, { ...PLAN, body: "new words" })).rejects.toMatchObject({
      diagnostic: { code: "github-not-stored" },
    });
  });

  test("a text that is too long is refused in GitHub's words", async () => {
    const fake = await pulled();
    await expect(publishComment(connect(fake), { ...PLAN, body: "x".repeat(COMMENT_MAX) })).rejects.toMatchObject({
      diagnostic: {
        code: "github-refused",
        detail: expect.stringContaining("body is too long (maximum is 65536 characters)"),
      },
    });
  });
});

describe("two runs at once", () => {
  for (const digest of ["aaaa1111", "bbbb2222"]) {
    test(`leave one comment visible (${digest === PLAN.digest ? "same plan" : "different plans"})`, async () => {
      const fake = await pulled();
      // Both have looked, and seen nothing, before either writes.
      const held = fake.failNext({ match: /^POST .*\/comments/, how: "held", times: 2 });
      const runs = [publishComment(connect(fake), PLAN), publishComment(connect(fake), { ...PLAN, digest })];
      await until(() => held.waiting === 2);
      held.release();
      const results = await Promise.all(runs);
      expect(fake.world.comments).toHaveLength(2);
      expect(visible(fake)).toHaveLength(1);
      const newest = fake.world.comments.at(-1);
      expect(newest?.minimized).toBeNull();
      expect(results.some((one) => one.url.endsWith(String(newest?.id)))).toBe(true);
    });
  }
});
