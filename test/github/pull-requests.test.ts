import { describe, expect, test } from "vitest";
import {
  filesOf,
  openPullRequest,
  openPullRequestsFrom,
  otherOpenPullRequests,
  pullRequest,
  pullRequestsThatMerged,
} from "../../src/github/pull-requests.ts";
import { reviewsOf } from "../../src/github/reviews.ts";
import { type GithubFake, githubFake } from "../support/github/fake.ts";
import { pushFiles } from "../support/github/push.ts";
import { BOT, connect } from "./connect.ts";

async function forge(): Promise<GithubFake> {
  const fake = await githubFake();
  pushFiles(fake.folder, "more-stock", { "services/stock.yaml": "id: stock\n" });
  return fake;
}

describe("a pull request", () => {
  test("is read with the head that Git has now, not the one it was opened with", async () => {
    const fake = await forge();
    const { number } = fake.openPull({ branch: "more-stock", title: "More stock", author: "bob" });
    const pushed = pushFiles(fake.folder, "more-stock", { "services/stock.yaml": "id: stock\nreplicas: 3\n" });
    const main = pushFiles(fake.folder, "main", { README: "hello\n" });
    expect(await pullRequest(connect(fake), number)).toMatchObject({
      number: 1,
      title: "More stock",
      url: "https://github.test/acme/shop/pull/1",
      state: "open",
      isDraft: false,
      mergedAt: null,
      author: "bob",
      head: { sha: pushed, ref: "more-stock", repository: "acme/shop" },
      base: { ref: "main", sha: main },
    });
  });

  test("that is not there is a named error", async () => {
    const fake = await forge();
    await expect(pullRequest(connect(fake), 9)).rejects.toMatchObject({
      kind: "not-found",
      diagnostic: { code: "github-not-found" },
    });
  });

  test("is found by the owner and the branch of its head, and a fork's branch of the same name is another's", async () => {
    const fake = await forge();
    const fork = fake.fork("mallory");
    pushFiles(fork, "more-stock", { "services/stock.yaml": "id: theirs\n" });
    const ours = fake.openPull({ branch: "more-stock" });
    const theirs = fake.openPull({ branch: "more-stock", from: "mallory" });
    const client = connect(fake);
    const numbers = async (owner: string, branch = "more-stock") =>
      (await openPullRequestsFrom(client, { owner, branch })).map((pull) => pull.number);
    expect(await numbers("acme")).toEqual([ours.number]);
    expect(await numbers("mallory")).toEqual([theirs.number]);
    expect(await numbers("acme", "other")).toEqual([]);
    // GitHub lists everything where the owner is empty.
    expect(await numbers("")).toEqual([]);
    expect((await pullRequest(client, theirs.number)).head.repository).toBe("mallory/shop");
  });
});

describe("what merged a commit", () => {
  for (const method of ["merge", "squash"] as const) {
    test(`is found for the commit of a ${method}`, async () => {
      const fake = await forge();
      const { number } = fake.openPull({ branch: "more-stock" });
      const commit = fake.merge(number, { method });
      const found = await pullRequestsThatMerged(connect(fake), { commit, base: "main" });
      expect(found).toMatchObject([{ number, mergedAt: expect.any(String), mergeCommit: commit, state: "closed" }]);
    });
  }

  test("is found for each commit that came with it, and for one merged by hand", async () => {
    const fake = await forge();
    const { number } = fake.openPull({ branch: "more-stock" });
    const head = pushFiles(fake.folder, "more-stock", { "services/stock.yaml": "id: stock\nreplicas: 3\n" });
    pushFiles(fake.folder, "main", {}, { message: "nothing" });
    const { git } = await import("../support/git-folder.ts");
    const merge = fake.world.pulls[0];
    fake.sync();
    git(fake.folder, "update-ref", "refs/heads/main", merge?.mergeCommit ?? "");
    const found = await pullRequestsThatMerged(connect(fake), { commit: head, base: "main" });
    expect(found).toMatchObject([{ number, mergedAt: expect.any(String) }]);
  });

  test("is nothing for a commit that was pushed, and nothing while it is open or merged elsewhere", async () => {
    const fake = await forge();
    const pushed = pushFiles(fake.folder, "main", { README: "hello\n" });
    const { number, headSha } = fake.openPull({ branch: "more-stock" });
    const client = connect(fake);
    expect(await pullRequestsThatMerged(client, { commit: pushed, base: "main" })).toEqual([]);
    expect(await pullRequestsThatMerged(client, { commit: headSha, base: "main" })).toEqual([]);
    const commit = fake.merge(number);
    expect(await pullRequestsThatMerged(client, { commit, base: "release" })).toEqual([]);
  });
});

describe("other open pull requests", () => {
  test("are told with the files that they touch, old names too, and how many are left out is not hidden", async () => {
    const fake = await forge();
    pushFiles(fake.folder, "main", { "services/cart.yaml": "id: cart\nname: the cart of the shop\n" });
    const own = fake.openPull({ branch: "more-stock" });
    pushFiles(fake.folder, "rename", {
      "services/cart.yaml": null,
      "services/basket.yaml": "id: cart\nname: the cart of the shop\n",
    });
    pushFiles(fake.folder, "third", { "services/third.yaml": "id: third\n" });
    const rename = fake.openPull({ branch: "rename" });
    const third = fake.openPull({ branch: "third" });
    const client = connect(fake);
    const all = await otherOpenPullRequests(client, { except: own.number, base: "main" });
    expect(all.isComplete).toBe(true);
    expect(all.others.map(({ pull, files }) => [pull.number, files])).toEqual([
      [third.number, ["services/third.yaml"]],
      [rename.number, ["services/basket.yaml", "services/cart.yaml"]],
    ]);
    const one = await otherOpenPullRequests(client, { except: own.number, base: "main", max: 1 });
    expect(one.isComplete).toBe(false);
    expect(one.others).toHaveLength(1);
  });

  test("of more files than a page holds are read to the end, and at GitHub's end that is said", async () => {
    const fake = await forge();
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`f/${at}`, `${at}\n`]));
    pushFiles(fake.folder, "wide", many(250));
    pushFiles(fake.folder, "wider", many(3_050));
    const client = connect(fake);
    const wide = await filesOf(client, fake.openPull({ branch: "wide" }).number);
    expect([wide.paths.length, wide.isComplete]).toEqual([250, true]);
    const wider = await filesOf(client, fake.openPull({ branch: "wider" }).number);
    expect([wider.paths.length, wider.isComplete]).toEqual([3_000, false]);
  });
});

describe("opening a pull request", () => {
  const WANTED = { branch: "more-stock", base: "main", title: "Go back", body: "Because." };

  test("a second time finds the first, whose words stay", async () => {
    const fake = await forge();
    const client = connect(fake);
    const first = await openPullRequest(client, WANTED);
    const second = await openPullRequest(client, { ...WANTED, title: "Other words" });
    expect(first).toMatchObject({ isNew: true, pull: { number: 1, title: "Go back", author: BOT } });
    expect(second).toMatchObject({ isNew: false, pull: { number: 1, title: "Go back" } });
    expect(fake.world.pulls).toHaveLength(1);
  });

  for (const how of ["lost-answer", "bad-gateway"] as const) {
    test(`is done once where its answer is lost (${how})`, async () => {
      const fake = await forge();
      fake.failNext({ match: /^POST .*\/pulls$/, ...(how === "bad-gateway" ? { how, done: true } : { how }) });
      const { pull } = await openPullRequest(connect(fake), WANTED);
      expect(pull.number).toBe(1);
      expect(fake.world.pulls).toHaveLength(1);
    });
  }

  test("by two runs at once makes one", async () => {
    const fake = await forge();
    const [a, b] = await Promise.all([openPullRequest(connect(fake), WANTED), openPullRequest(connect(fake), WANTED)]);
    expect([a.pull.number, b.pull.number]).toEqual([1, 1]);
  });

  test("from a branch that is not there is refused in GitHub's words", async () => {
    const fake = await forge();
    await expect(openPullRequest(connect(fake), { ...WANTED, branch: "none" })).rejects.toMatchObject({
      diagnostic: {
        code: "github-refused",
        detail: "POST /repos/acme/shop/pulls: 422 Validation Failed: head is invalid",
      },
    });
  });
});

describe("reviews", () => {
  test("count as each reviewer's last word, with the commit that was looked at; a mere comment takes nothing back", async () => {
    const fake = await forge();
    const { number, headSha } = fake.openPull({ branch: "more-stock" });
    fake.review(number, "bob", "CHANGES_REQUESTED");
    fake.review(number, "bob", "APPROVED");
    fake.review(number, "bob", "COMMENTED");
    fake.review(number, "carol", "APPROVED");
    pushFiles(fake.folder, "more-stock", { "services/stock.yaml": "id: stock\nreplicas: 3\n" });
    fake.sync();
    fake.review(number, "carol", "DISMISSED", headSha);
    fake.review(number, "dave", "COMMENTED");
    expect(await reviewsOf(connect(fake), number)).toEqual([
      { by: "bob", state: "approved", commit: headSha },
      { by: "carol", state: "dismissed", commit: headSha },
    ]);
  });
});
