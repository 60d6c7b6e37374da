import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { advanceIncidents } from "../../src/cli/advance-incidents.ts";
import { openEnvironment } from "../../src/cli/open-environment.ts";
import { readWritten } from "../../src/cli/read-written.ts";
import { openWorkspace } from "../../src/cli/workspace.ts";
import { INCIDENTS_REF, incidentStore } from "../../src/incidents/incident-store.ts";
import type { History, Outcome, Sample } from "../../src/model/health.ts";
import type { IncidentRecord } from "../../src/model/incident.ts";
import { BOT } from "../github/connect.ts";
import { BARE_ENVIRONMENT, gitFolder, writeFiles } from "../support/git-folder.ts";
import { githubFake } from "../support/github/fake.ts";
import { quietFace } from "../support/quiet-face.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;

const PROJECT = `
project: shop
environments: {development: {target: {kind: local}}, staging: {target: {kind: local}}}
notifications:
  - {name: ops, type: webhook, to: {secret: HOOK}, reminder: 1h}
`;
const service = (id: string, more = "") => `
id: ${id}
name: ${id.toUpperCase()}
type: api
image: registry.example.com/${id}@sha256:${"a".repeat(64)}
networking: {port: 3000}
${more}`;

/** A repository with \`web\` that depends on \`db\`, watched minute by minute, a webhook, and a GitHub. */
async function world(environment = "staging", project = PROJECT) {
  const folder = gitFolder({
    "fairlead.yaml": project,
    "services/web.yaml": service("web", "dependencies: [db]"),
    "services/db.yaml": service("db").replace("3000", "3001"),
  });
  const received: { readonly key: string; readonly text: string }[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const status = answers.shift() ?? 200;
    if (status === 200) received.push({ key: String(request.headers["idempotency-key"]), text: JSON.parse(body).text });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const github = await githubFake();
  const token = github.token({ login: BOT, app: "github-actions", permissions: { issues: "write", contents: "read" } });
  const HOOK = `http://127.0.0.1:${(server.address() as AddressInfo).port}/CANARY`;
  const env: NodeJS.ProcessEnv = {
    ...BARE_ENVIRONMENT,
    HOOK,
    GITHUB_REPOSITORY: github.repository,
    GITHUB_TOKEN: token,
    GITHUB_API_URL: github.url,
  };
  let minute = 0;
  const face = quietFace({ directory: folder, now: () => NOON + minute * MINUTE, env });
  const samples: Sample[] = [];
  const history = (): History => ({
    environment,
    at: NOON + minute * MINUTE,
    segments: [
      {
        version: 1,
        collector: "one",
        region: "default",
        environment,
        from: NOON,
        to: Math.max(NOON, ...samples.map(({ at }) => at)),
        watching: Object.fromEntries(
          ["db", "web"].map((id) => [
            id,
            { cadenceMs: MINUTE, timeoutMs: 5_000, failure_threshold: 2, success_threshold: 1 },
          ]),
        ),
        expected: { db: samples.length, web: samples.length },
        samples: [...samples],
      },
    ],
    before: [],
    hours: [],
    days: [],
    months: [],
  });
  /** Each letter is a minute: `.` fine, `x` failing. */
  const watch = (web: string, db = "."): void => {
    for (const [index, mark] of [...web].entries()) {
      minute++;
      const at = NOON + minute * MINUTE;
      const outcome = (letter: string | undefined): Outcome => (letter === "x" ? "fail" : "pass");
      samples.push(
        { service: "web", at, outcome: outcome(mark) },
        { service: "db", at, outcome: outcome(db[index] ?? db.at(-1)) },
      );
    }
  };
  const run = async (onCrashPoint?: (at: "sent") => void) => {
    const workspace = await openWorkspace(face);
    try {
      const opened = await openEnvironment(workspace, environment);
      const catalog = await opened.value?.declared();
      if (catalog === undefined) throw new Error(JSON.stringify(opened.diagnostics));
      const { maintenance } = (await readWritten(workspace.look, face.clock.now())).value;
      const input = { face, workspace, catalog: catalog.value, history: history(), maintenance };
      return await advanceIncidents(onCrashPoint === undefined ? input : { ...input, onCrashPoint });
    } finally {
      await workspace.close();
    }
  };
  const records = async () => {
    const workspace = await openWorkspace(face);
    try {
      const { refs } = await workspace.refsOf(environment);
      const store = incidentStore({ refs, environment, random: face.nonce, clock: face.clock });
      return { value: (await store.read()).value, oid: (await refs.read(INCIDENTS_REF)).oid };
    } finally {
      await workspace.close();
    }
  };
  /** What anybody can do who may push. */
  const rewrite = async (change: (record: IncidentRecord) => IncidentRecord): Promise<void> => {
    const workspace = await openWorkspace(face);
    const { refs } = await workspace.refsOf(environment);
    const store = incidentStore({ refs, environment, random: face.nonce, clock: face.clock });
    await store.change(async (known) => known.map(change));
    await workspace.close();
  };
  /** Time in which nobody watches. */
  const pass = (minutes: number): void => {
    minute += minutes;
  };
  return { folder, watch, pass, run, records, rewrite, received, answers, github, env };
}

const texts = (received: readonly { readonly text: string }[]) => received.map(({ text }) => text);

describe("a service that goes down and comes back", () => {
  test("is an incident, a message and an issue, and all three are over when it works again", async () => {
    const { watch, run, records, received, github } = await world();
    watch("..xx");
    expect(await run()).toEqual([]);
    expect(texts(received)).toEqual(["staging: WEB is down. Since 2026-11-24 12:03 UTC."]);
    expect(github.world.issues).toMatchObject([
      { number: 1, title: "staging: WEB is down", state: "open", labels: ["fairlead: incident", "fairlead: web"] },
    ]);
    expect((await records()).value).toMatchObject([{ issue: 1, incident: { id: "web-2026-11-24-1203" } }]);

    watch("xx.");
    expect(await run()).toEqual([]);
    expect(texts(received).slice(1)).toEqual(["staging: WEB works again. It works again, after 4 minutes."]);
    expect(github.world.issues).toMatchObject([{ title: "staging: WEB was down", state: "closed" }]);
    expect(github.world.comments.map(({ body }) => body.split("\n").at(-1))).toEqual([
      "**2026-11-24 12:07 UTC** — It works again, after 4 minutes.",
    ]);

    watch("..xx");
    await run();
    expect(github.world.issues, "it came back within the flapping window").toMatchObject([
      { number: 1, state: "open" },
    ]);
    expect(github.world.comments).toHaveLength(2);
    expect((await records()).value).toHaveLength(1);
  });

  test("is told and written once, however often one looks", async () => {
    const { watch, run, records, received, github } = await world();
    watch("..xx");
    await run();
    const { oid } = await records();
    const writes = () => github.requests.filter(({ method }) => method !== "GET").length;
    const before = writes();
    for (let times = 0; times < 3; times++) expect(await run()).toEqual([]);
    expect(received).toHaveLength(1);
    expect(writes()).toBe(before);
    expect((await records()).oid).toBe(oid);
  });

  test("is told again with the same key by the run after one that died between sending and writing down", async () => {
    const { watch, run, records, received } = await world();
    watch("..xx");
    await expect(
      run(() => {
        throw new Error("killed");
      }),
    ).rejects.toThrow("killed");
    expect(received).toHaveLength(1);
    expect((await records()).value, "nothing was written down").toEqual([]);
    await run();
    expect(received).toHaveLength(2);
    expect(new Set(received.map(({ key }) => key)).size).toBe(1);
    await run();
    expect(received).toHaveLength(2);
  });

  test("is told by the next run where nobody could be told, and reminded of once an hour", async () => {
    const { watch, run, received, answers } = await world();
    watch("..xx");
    answers.push(400);
    expect(await run()).toMatchObject([{ code: "notification-not-sent" }]);
    expect(received).toEqual([]);
    expect(await run()).toEqual([]);
    expect(received).toHaveLength(1);
    watch("x".repeat(65));
    await run();
    await run();
    expect(texts(received).slice(1)).toEqual(["staging: WEB is still down. Since 2026-11-24 12:03 UTC."]);
  });
});

test("what depends on something that is down is an incident, and nobody is woken by it", async () => {
  const { watch, run, records, received } = await world();
  watch("..xx", "..xx");
  await run();
  expect((await records()).value.map(({ incident }) => incident.affected[0])).toEqual(["db", "web"]);
  expect(texts(received)).toEqual(["staging: DB is down. Since 2026-11-24 12:03 UTC."]);
  watch("xx", "..");
  await run();
  expect(texts(received).slice(1)).toEqual([
    "staging: WEB is down. Since 2026-11-24 12:03 UTC.",
    "staging: DB works again. It works again, after 2 minutes.",
  ]);
});

test("in maintenance that is announced in a file nothing opens", async () => {
  const { folder, watch, run, records, received, github } = await world();
  const maintenance = "title: Work\naffected: [web]\nmaintenance: {start: 2026-11-24T12:00Z, duration: 1h}";
  writeFiles(folder, { "incidents/work.md": `---\n${maintenance}\n---\n` });
  watch("..xxxx");
  expect(await run()).toEqual([]);
  expect([(await records()).value, received, github.world.issues]).toEqual([[], [], []]);
});

test("without a token no issue is opened; with one that may not, the incident is kept and the reason said", async () => {
  const { watch, run, records, github, env } = await world();
  env["GITHUB_TOKEN"] = github.token({ login: BOT, app: "github-actions", permissions: { contents: "read" } });
  watch("..xx");
  expect(await run()).toMatchObject([{ severity: "warning" }]);
  expect((await records()).value).toHaveLength(1);
  delete env["GITHUB_TOKEN"];
  expect(await run()).toEqual([]);
  expect(github.world.issues).toEqual([]);
});

test("a number of an issue that somebody else wrote into the history closes nothing", async () => {
  const { watch, run, rewrite, github, env } = await world();
  const mallory = github.token({ login: "mallory", permissions: { issues: "write" } });
  const created = await fetch(`${github.url}/repos/${github.repository}/issues`, {
    method: "POST",
    headers: { authorization: `Bearer ${mallory}`, "content-type": "application/json" },
    body: JSON.stringify({ title: "keep me", body: "x" }),
  });
  expect(created.status).toBe(201);
  watch("..xx");
  const token = env["GITHUB_TOKEN"] ?? "";
  delete env["GITHUB_TOKEN"];
  await run();
  await rewrite((record) => ({ ...record, issue: 1 }));
  env["GITHUB_TOKEN"] = token;
  watch("x");
  await run();
  watch(".");
  await run();
  expect(github.world.issues.map(({ title, state }) => [title, state])).toEqual([
    ["keep me", "open"],
    ["staging: WEB was down", "closed"],
  ]);
});

test("in development, which is one's own, an incident is kept and nobody is told", async () => {
  const { watch, run, records, received, github } = await world("development");
  watch("..xx");
  expect(await run()).toEqual([]);
  expect((await records()).value).toMatchObject([{ incident: { title: "WEB is down" } }]);
  expect(received).toEqual([]);
  expect(github.world.issues).toEqual([]);
});

test("a watcher that falls silent is an incident like another", async () => {
  const silent = PROJECT.replace("project: shop", "project: shop\nhealth: {watchers: [one]}");
  const { watch, run, received, pass } = await world("staging", silent);
  watch("..");
  expect(await run()).toEqual([]);
  expect(received).toEqual([]);
  pass(20);
  expect(await run()).toEqual([]);
  expect(texts(received)).toEqual(["staging: Watcher one is down. Since 2026-11-24 12:02 UTC."]);
});
