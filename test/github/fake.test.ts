import { describe, expect, test } from "vitest";
import { type GithubFake, githubFake } from "../support/github/fake.ts";
import { commitAt } from "../support/github/forge-git.ts";
import { pushFiles } from "../support/github/push.ts";
import { BOT } from "./connect.ts";

/*
 * The fake is a witness in other tests, so here it is asked itself: that it refuses what GitHub refuses, and that it notices
 * words that GitHub does not know. Asked with a bare fetch, so that no client of ours stands between.
 */

interface Told {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape, looked at one field at a time
  readonly body: any;
}

function asker(fake: GithubFake, token: string) {
  return async (method: string, path: string, body?: unknown): Promise<Told> => {
    const answer = await fetch(`${fake.url}${path}`, {
      method,
      headers: {
        authorization: `token ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === "" ? null : JSON.parse(text) };
  };
}

const WRITE = {
  contents: "write",
  issues: "write",
  "pull-requests": "write",
  checks: "write",
  deployments: "write",
} as const;

async function forge() {
  const fake = await githubFake();
  pushFiles(fake.folder, "more-stock", { "services/stock.yaml": "id: stock\n" });
  const pull = fake.openPull({ branch: "more-stock" });
  const bot = asker(fake, fake.token({ login: BOT, app: "github-actions", permissions: WRITE }));
  return { fake, pull, bot };
}

describe("it refuses", () => {
  test("a token without the permission, and names those that would do", async () => {
    const { fake } = await forge();
    const forks = asker(
      fake,
      fake.token({ login: BOT, app: "github-actions", permissions: { contents: "read", "pull-requests": "read" } }),
    );
    const told = await forks("POST", "/repos/acme/shop/issues/1/comments", { body: "hello" });
    expect(told.status).toBe(403);
    expect(told.body.message).toBe("Resource not accessible by integration");
    expect(told.headers.get("x-accepted-github-permissions")).toBe("issues=write; pull_requests=write");
    expect((await forks("GET", "/repos/acme/shop/issues/1/comments")).status).toBe(200);
  });

  test("no token, and one it does not know", async () => {
    const { fake } = await forge();
    expect(await asker(fake, "none")("GET", "/user")).toMatchObject({
      status: 401,
      body: { message: "Bad credentials" },
    });
    expect((await fetch(`${fake.url}/user`)).status).toBe(401);
  });

  test("to tell an app's token who it is", async () => {
    const { fake, bot } = await forge();
    expect((await bot("GET", "/user")).status).toBe(403);
    expect((await asker(fake, fake.token({ login: "alice" }))("GET", "/user")).body.login).toBe("alice");
  });

  test("a comment of more than 65,536 characters, counted as people count", async () => {
    const { bot } = await forge();
    expect((await bot("POST", "/repos/acme/shop/issues/1/comments", { body: "🚢".repeat(65_536) })).status).toBe(201);
    const told = await bot("POST", "/repos/acme/shop/issues/1/comments", { body: "x".repeat(65_537) });
    expect(told.status).toBe(422);
    expect(told.body.errors[0].message).toBe("body is too long (maximum is 65536 characters)");
  });

  test("an app's edit of somebody else's comment, and a reader's; people who may write, may", async () => {
    const { fake, bot } = await forge();
    fake.person("reader", "read");
    const { id } = fake.comment(1, "bob", "hello");
    const path = `/repos/acme/shop/issues/comments/${id}`;
    const edit = (who: typeof bot) => who("PATCH", path, { body: "changed" });
    expect((await edit(bot)).status).toBe(403);
    expect((await edit(asker(fake, fake.token({ login: "reader" })))).status).toBe(403);
    const { body } = await edit(asker(fake, fake.token({ login: "alice" })));
    expect(body.updated_at).not.toBe(body.created_at);
  });

  test("an app's hiding of somebody else's comment", async () => {
    const { fake, bot } = await forge();
    const { id } = fake.comment(1, "bob", "hello");
    const query = `mutation { minimizeComment(input: {subjectId: "IC_${id}", classifier: OUTDATED}) { minimizedComment { isMinimized } } }`;
    const told = await bot("POST", "/graphql", { query });
    expect([told.status, told.body.errors[0].type]).toEqual([200, "FORBIDDEN"]);
  });

  test("a merge of a head that is not the head any more, of a draft and of a conflict", async () => {
    const { fake, pull, bot } = await forge();
    const before = pull.headSha;
    pushFiles(fake.folder, "more-stock", { "services/stock.yaml": "id: stock\nreplicas: 2\n" });
    const told = await bot("PUT", "/repos/acme/shop/pulls/1/merge", { sha: before });
    expect(told).toMatchObject({ status: 409, body: { message: expect.stringContaining("Head branch was modified") } });
    pushFiles(fake.folder, "main", { "services/stock.yaml": "id: stock\nreplicas: 9\n" });
    expect((await bot("PUT", "/repos/acme/shop/pulls/1/merge", {})).status).toBe(405);
    pushFiles(fake.folder, "draft", { other: "x" });
    fake.openPull({ branch: "draft", draft: true });
    expect((await bot("PUT", "/repos/acme/shop/pulls/2/merge", {})).status).toBe(405);
  });

  test("more than fifty annotations at once, and a text that is too long: its description says so, so asking fails the test", async () => {
    const { fake, pull, bot } = await forge();
    const note = { path: "a", start_line: 1, end_line: 1, annotation_level: "notice", message: "x" };
    const check = (output: object) =>
      bot("POST", "/repos/acme/shop/check-runs", {
        name: "plan",
        head_sha: pull.headSha,
        output: { title: "t", summary: "s", ...output },
      });
    expect((await check({ annotations: Array(50).fill(note) })).status).toBe(201);
    expect((await check({ annotations: Array(51).fill(note) })).status).toBe(422);
    expect((await check({ text: "x".repeat(65_536) })).status).toBe(422);
    expect(fake.violations.splice(0)).toEqual([
      "POST /repos/{owner}/{repo}/check-runs: body/output/annotations must NOT have more than 50 items",
      "POST /repos/{owner}/{repo}/check-runs: body/output/text must NOT have more than 65535 characters",
    ]);
  });

  test("a check by a person, and one changed by another app", async () => {
    const { fake, pull, bot } = await forge();
    const body = { name: "plan", head_sha: pull.headSha };
    const person = asker(fake, fake.token({ login: "alice" }));
    expect((await person("POST", "/repos/acme/shop/check-runs", body)).status).toBe(403);
    const { id } = (await bot("POST", "/repos/acme/shop/check-runs", body)).body;
    const other = asker(fake, fake.token({ login: "other[bot]", app: "other", permissions: WRITE }));
    expect((await other("PATCH", `/repos/acme/shop/check-runs/${id}`, { conclusion: "success" })).status).toBe(403);
  });

  test("a second pull request from the same branch, and a second label of the same name", async () => {
    const { bot } = await forge();
    const again = await bot("POST", "/repos/acme/shop/pulls", { title: "x", head: "more-stock", base: "main" });
    expect([again.status, again.body.errors[0].message]).toEqual([
      422,
      "A pull request already exists for acme:more-stock.",
    ]);
    expect((await bot("POST", "/repos/acme/shop/labels", { name: "a", color: "ffffff" })).status).toBe(201);
    expect((await bot("POST", "/repos/acme/shop/labels", { name: "A", color: "ffffff" })).body.errors[0].code).toBe(
      "already_exists",
    );
  });

  test("a deployment that would wait for checks, and a description of 141 characters", async () => {
    const { pull, bot } = await forge();
    const plain = { ref: pull.headSha, auto_merge: false, required_contexts: [] };
    expect((await bot("POST", "/repos/acme/shop/deployments", { ref: pull.headSha })).status).toBe(409);
    expect((await bot("POST", "/repos/acme/shop/deployments", { ...plain, description: "x".repeat(141) })).status).toBe(
      422,
    );
    expect((await bot("POST", "/repos/acme/shop/deployments", plain)).status).toBe(201);
  });

  test("another repository", async () => {
    const { bot } = await forge();
    expect((await bot("GET", "/repos/acme/other/pulls")).status).toBe(404);
  });
});

describe("lists", () => {
  test("come in pages of thirty, at most a hundred, with links to the others", async () => {
    const { fake, bot } = await forge();
    for (let at = 0; at < 250; at++) fake.comment(1, "bob", `${at}`);
    const path = "/repos/acme/shop/issues/1/comments";
    expect((await bot("GET", path)).body).toHaveLength(30);
    const first = await bot("GET", `${path}?per_page=250`);
    expect(first.body).toHaveLength(100);
    expect(first.headers.get("link")).toMatch(/page=2>; rel="next", <.*page=3>; rel="last"/);
    const last = await bot("GET", `${path}?per_page=100&page=3`);
    expect(last.body).toHaveLength(50);
    expect(last.headers.get("link")).not.toContain("next");
  });
});

describe("Git behind it", () => {
  test("refs/pull/N/head and /merge follow what is pushed to a fork", async () => {
    const fake = await githubFake();
    const fork = fake.fork("mallory");
    pushFiles(fork, "theirs", { a: "1\n" });
    const { number } = fake.openPull({ branch: "theirs", from: "mallory" });
    const second = pushFiles(fork, "theirs", { a: "2\n" });
    fake.sync();
    expect(commitAt(fake.folder, `refs/pull/${number}/head`)).toBe(second);
    expect(commitAt(fake.folder, `refs/pull/${number}/merge^2`)).toBe(second);
    expect(commitAt(fake.folder, `refs/pull/${number}/merge^1`)).toBe(commitAt(fake.folder, "main"));
  });

  test("a merge merges, and what is merged keeps its head", async () => {
    const { fake, pull, bot } = await forge();
    const main = pushFiles(fake.folder, "main", { README: "hello\n" });
    const { body } = await bot("PUT", "/repos/acme/shop/pulls/1/merge", { sha: pull.headSha });
    expect(commitAt(fake.folder, "main")).toBe(body.sha);
    expect([commitAt(fake.folder, "main^1"), commitAt(fake.folder, "main^2")]).toEqual([main, pull.headSha]);
    pushFiles(fake.folder, "more-stock", { later: "x" });
    expect((await bot("GET", "/repos/acme/shop/pulls/1")).body.head.sha).toBe(pull.headSha);
  });

  test("files, refs, commits, contents and comparisons are Git's", async () => {
    const { fake, pull, bot } = await forge();
    expect((await bot("GET", "/repos/acme/shop/git/ref/heads/more-stock")).body.object.sha).toBe(pull.headSha);
    expect((await bot("GET", "/repos/acme/shop/commits/more-stock")).body.sha).toBe(pull.headSha);
    expect((await bot("GET", "/repos/acme/shop/compare/main...more-stock")).body).toMatchObject({
      status: "ahead",
      ahead_by: 1,
    });
    const { content } = (await bot("GET", "/repos/acme/shop/contents/services/stock.yaml?ref=more-stock")).body;
    expect(Buffer.from(content, "base64").toString()).toBe("id: stock\n");
    expect((await bot("GET", "/repos/acme/shop")).body.default_branch).toBe("main");
    expect((await bot("GET", "/repos/acme/shop/contents/none")).status).toBe(404);
    expect(fake.violations).toEqual([]);
  });
});

describe("words that GitHub does not know fail the test", () => {
  /** Takes the violations out, since here they are wanted. */
  const found = (fake: GithubFake): string[] => fake.violations.splice(0);

  test("in a request's query, its body and its path", async () => {
    const { fake, bot } = await forge();
    await bot("GET", "/repos/acme/shop/pulls?sate=open");
    await bot("GET", "/repos/acme/shop/pulls?state=opened");
    await bot("POST", "/repos/acme/shop/issues/1/comments", { body: "x", minimized: true });
    await bot("POST", "/repos/acme/shop/issues/1/comments", {});
    await bot("GET", "/repos/acme/shop/pull-requests");
    await bot("DELETE", "/repos/acme/shop");
    expect(found(fake)).toEqual([
      "GET /repos/{owner}/{repo}/pulls: the query knows no `sate`",
      "GET /repos/{owner}/{repo}/pulls: query state must be equal to one of the allowed values",
      "POST /repos/{owner}/{repo}/issues/{issue_number}/comments: body knows no `minimized`",
      "POST /repos/{owner}/{repo}/issues/{issue_number}/comments: body must have required property 'body'",
      "GET /repos/acme/shop/pull-requests: GitHub has no such call",
      "DELETE /repos/acme/shop: the fake does not play this yet",
    ]);
  });

  test("in an answer of the fake's own", async () => {
    const { fake, pull, bot } = await forge();
    Object.assign(pull, { title: 7 });
    await bot("GET", "/repos/acme/shop/pulls/1");
    expect(found(fake)).toEqual(["GET /repos/{owner}/{repo}/pulls/{pull_number}: answer/title must be string"]);
  });

  test("in GraphQL", async () => {
    const { fake, bot } = await forge();
    await bot("POST", "/graphql", { query: "query { node(id: 1) { hidden } }" });
    expect(found(fake)[0]).toContain('Cannot query field "hidden"');
  });
});
