import { describe, expect, test } from "vitest";
import { INCIDENTS_REF } from "../../src/incidents/incident-store.ts";
import { BOT } from "../github/connect.ts";
import { git, writeFiles } from "../support/git-folder.ts";
import { PROJECT, texts, incidentWorld as world } from "../support/incident-world.ts";

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
    expect(texts(received).slice(1)).toEqual(["staging: WEB works again. After 4 minutes."]);
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

test("who could not be told is waited for once a run, however often other collectors are faster", async () => {
  const { folder, watch, run, records, received, answers } = await world();
  watch("..xx");
  await run();
  watch("xx.");
  answers.push(400);
  let overtaken = 0;
  const diagnostics = await run(() => {
    if (overtaken++ > 1) return;
    const tip = git(folder, "rev-parse", INCIDENTS_REF);
    const commit = git(folder, "commit-tree", "-p", tip, "-m", "faster", `${tip}^{tree}`);
    git(folder, "update-ref", INCIDENTS_REF, commit);
  });
  expect(overtaken).toBe(3);
  expect(diagnostics).toMatchObject([{ code: "notification-not-sent" }]);
  expect(received).toHaveLength(1);
  expect((await records()).value).toMatchObject([{ incident: { title: "WEB was down" } }]);
  await run();
  expect(texts(received).slice(1)).toEqual(["staging: WEB works again. After 4 minutes."]);
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
    "staging: DB works again. After 2 minutes.",
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
