import { describe, expect, test } from "vitest";
import { type GitHubWait, githubClient, githubReader, RATE_LIMIT_RETRIES_MAX } from "../../src/github/client.ts";
import { GitHubError } from "../../src/github/github-error.ts";
import { type GithubFake, githubFake } from "../support/github/fake.ts";
import { pushFiles } from "../support/github/push.ts";
import { BOT, connect } from "./connect.ts";

async function problemOf(work: Promise<unknown>): Promise<GitHubError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(GitHubError);
  return error as GitHubError;
}

async function pulled(): Promise<GithubFake> {
  const fake = await githubFake();
  pushFiles(fake.folder, "more-stock", { "services/stock.yaml": "id: stock\n" });
  fake.openPull({ branch: "more-stock" });
  return fake;
}

describe("what GitHub refuses is said so that it can be mended", () => {
  test("a permission that the token lacks, by its name and place in the workflow", async () => {
    const fake = await pulled();
    const token = fake.token({ login: BOT, app: "github-actions", permissions: { contents: "read" } });
    const client = connect(fake, { token });
    const comment = client.rest.issues.createComment({ ...client.here, issue_number: 1, body: "hello" });
    expect((await problemOf(comment)).diagnostic).toEqual({
      code: "github-not-permitted",
      severity: "error",
      summary: "the token lacks `issues: write`, or `pull-requests: write`",
      detail: "POST /repos/acme/shop/issues/1/comments: 403 Resource not accessible by integration",
      hint: "add it under `permissions:` of the job in .github/workflows/comment.yml; a pull request from a fork never gets more than `read`",
    });
  });

  test("a token that is none", async () => {
    const fake = await pulled();
    const client = connect(fake, { token: "ghp_expired000000000000" });
    expect((await problemOf(client.rest.pulls.list(client.here))).diagnostic).toMatchObject({
      code: "github-not-permitted",
      summary: "GitHub does not accept the token",
    });
  });

  test("a request that makes no sense, in GitHub's own words on one line", async () => {
    const fake = await pulled();
    const client = connect(fake);
    const label = client.rest.issues.createLabel({ ...client.here, name: "x", color: "red" });
    expect((await problemOf(label)).diagnostic).toEqual({
      code: "github-refused",
      severity: "error",
      summary: "GitHub refused",
      detail: "POST /repos/acme/shop/labels: 422 Validation Failed: color is invalid",
    });
  });

  test("with whatever steers a terminal made visible, and no token in it", async () => {
    const token = "ghp_0123456789abcdef0123456789abcdef0123";
    const error = new GitHubError("refused", {
      summary: "GitHub refused",
      detail: `a\u001b[31m b\n::set-output c ${token} https://x-access-token:hush@github.test/`,
    });
    expect(error.diagnostic.detail).toBe("a<U+001B>[31m b ::set-output c *** https://***@github.test/");
    expect(error.message).not.toContain("hush");
  });

  test("and the token is in no error, however it came about", async () => {
    const fake = await pulled();
    const token = "a-token-of-no-known-form";
    const client = connect(fake, { token });
    const errors = [await problemOf(client.rest.pulls.list(client.here))];
    const gone = githubClient({ repository: "acme/shop", token, apiUrl: "http://127.0.0.1:9", pace: { secondMs: 0 } });
    errors.push(await problemOf(gone.rest.pulls.list(gone.here)));
    for (const error of errors) {
      expect(
        [JSON.stringify(error), String(error.stack), JSON.stringify(Object.values(error)), String(error.cause)].join(),
      ).not.toContain(token);
    }
  });
});

describe("rate limits", () => {
  for (const failure of [
    { how: "secondary-rate-limit", retryAfterS: 42 },
    { how: "rate-limit", resetInS: 41 },
  ] as const) {
    test(`are waited for as long as GitHub asks, and told (${failure.how})`, async () => {
      const fake = await pulled();
      const waits: GitHubWait[] = [];
      const client = connect(fake, { onWait: (wait) => waits.push(wait) });
      fake.failNext({ match: /comments/, ...failure });
      await client.rest.issues.createComment({ ...client.here, issue_number: 1, body: "hello" });
      expect(waits).toEqual([
        { why: "rate-limit", seconds: expect.any(Number), what: "POST /repos/acme/shop/issues/1/comments" },
      ]);
      expect(waits[0]?.seconds).toBeGreaterThanOrEqual(40);
      expect(fake.world.comments).toHaveLength(1);
    });
  }

  test("that do not end are given up, with how long to wait", async () => {
    const fake = await pulled();
    const waits: GitHubWait[] = [];
    const client = connect(fake, { onWait: (wait) => waits.push(wait) });
    fake.failNext({ how: "secondary-rate-limit", retryAfterS: 60, times: 99 });
    const { diagnostic } = await problemOf(client.rest.pulls.list(client.here));
    expect(diagnostic).toMatchObject({ code: "github-rate-limited", hint: "run it again in 60 seconds" });
    expect(waits).toHaveLength(RATE_LIMIT_RETRIES_MAX);
  });

  test("that ask for longer than a job can wait are given up at once", async () => {
    const fake = await pulled();
    const waits: GitHubWait[] = [];
    const client = connect(fake, { onWait: (wait) => waits.push(wait) });
    fake.failNext({ how: "secondary-rate-limit", retryAfterS: 3_600, times: 99 });
    expect((await problemOf(client.rest.pulls.list(client.here))).kind).toBe("rate-limited");
    expect(waits).toEqual([]);
  });
});

describe("a server in trouble", () => {
  for (const failure of [{ how: "bad-gateway" }, { how: "lost-answer" }] as const) {
    test(`is asked again for what may be asked twice (${failure.how})`, async () => {
      const fake = await pulled();
      const waits: GitHubWait[] = [];
      const client = connect(fake, { onWait: (wait) => waits.push(wait) });
      fake.failNext({ ...failure, times: 2 });
      const { data } = await client.rest.pulls.list(client.here);
      expect(data).toHaveLength(1);
      expect(waits.map((wait) => wait.seconds)).toEqual([1, 4]);
    });

    test(`is not asked again by itself for what might be done twice (${failure.how})`, async () => {
      const fake = await pulled();
      const client = connect(fake);
      fake.failNext({ ...failure, ...(failure.how === "bad-gateway" ? { done: true } : {}) });
      const error = await problemOf(
        client.rest.issues.createComment({ ...client.here, issue_number: 1, body: "hello" }),
      );
      expect([error.kind, error.mayBeDone]).toEqual(["unreachable", true]);
      expect(fake.world.comments).toHaveLength(1);
    });
  }

  test("is given up in the end", async () => {
    const fake = await pulled();
    const client = connect(fake);
    fake.failNext({ how: "bad-gateway", times: 99 });
    const { diagnostic } = await problemOf(client.rest.pulls.list(client.here));
    expect(diagnostic).toMatchObject({ code: "github-unreachable", detail: "GET /repos/acme/shop/pulls: 502" });
  });

  test("that says nothing is given up in time, and asked again", async () => {
    const fake = await pulled();
    const token = fake.token({ login: "alice" });
    const client = githubClient({
      repository: fake.repository,
      token,
      apiUrl: fake.url,
      pace: { secondMs: 1, requestMaxMs: 700 },
    });
    fake.failNext({ how: "silence" });
    expect((await client.rest.pulls.list(client.here)).data).toHaveLength(1);
  });

  test("is told from a truth: an answer that breaks off is none", async () => {
    const { createServer } = await import("node:http");
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
      response.write('[{"number":');
      setImmediate(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as import("node:net").AddressInfo;
      const client = githubClient({
        repository: "acme/shop",
        token: "t",
        apiUrl: `http://127.0.0.1:${port}`,
        pace: { secondMs: 0 },
      });
      expect((await problemOf(client.rest.pulls.list(client.here))).kind).toBe("unreachable");
    } finally {
      server.close();
    }
  });
});

describe("a reader", () => {
  test("reads, asks queries, and refuses to write before anything leaves the process", async () => {
    const fake = await pulled();
    const reader = githubReader({
      repository: fake.repository,
      token: fake.token({ login: "alice" }),
      apiUrl: fake.url,
      pace: { secondMs: 1 },
    });
    expect((await reader.rest.pulls.list(reader.here)).data).toHaveLength(1);
    expect(await reader.query('query { node(id: "IC_1") { id } }').catch((error: GitHubError) => error.kind)).toBe(
      "not-found",
    );
    const count = fake.requests.length;
    // @ts-expect-error its type has no such method
    const write = reader.rest.issues.createComment;
    await expect(write({ ...reader.here, issue_number: 1, body: "x" })).rejects.toThrow(
      "a reader of GitHub was asked for POST",
    );
    await expect(reader.query("mutation { minimizeComment(input: {}) { clientMutationId } }")).rejects.toThrow(
      "a reader of GitHub",
    );
    expect(fake.requests).toHaveLength(count);
  });
});

test("a server of one's own is asked below its own folder, GraphQL too", async () => {
  const fake = await pulled();
  const client = githubClient({
    repository: fake.repository,
    token: fake.token({ login: "alice" }),
    apiUrl: `${fake.url}/api/v3/`,
    pace: { secondMs: 1 },
  });
  expect((await client.rest.pulls.list(client.here)).data).toHaveLength(1);
  const { id } = fake.comment(1, "alice", "hello");
  const told = await client.query<{ node: unknown }>("query ($id: ID!) { node(id: $id) { id } }", { id: `IC_${id}` });
  expect(told.node).toEqual({ id: `IC_${id}` });
  expect(fake.requests.map((one) => one.path)).toEqual(["/api/v3/repos/acme/shop/pulls", "/api/graphql"]);
});
