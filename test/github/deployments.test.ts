import { describe, expect, test } from "vitest";
import { newestSuccess, setDeploymentStatus, startDeployment } from "../../src/github/deployments.ts";
import { type GithubFake, githubFake } from "../support/github/fake.ts";
import { commitAt } from "../support/github/forge-git.ts";
import { BOT, connect } from "./connect.ts";

const STATE = "5".repeat(40);

async function forge() {
  const fake = await githubFake();
  const commit = commitAt(fake.folder, "main") ?? "";
  const wanted = (run: string) => ({ environment: "production", payload: { state: STATE, commit, run } });
  return { fake, client: connect(fake), commit, wanted };
}

describe("a deployment", () => {
  test("begins once for a run, of exactly the commit, and goes its way", async () => {
    const { fake, client, commit, wanted } = await forge();
    const first = await startDeployment(client, { ...wanted("1"), isProduction: true });
    expect(first).toEqual({
      id: first.id,
      environment: "production",
      commit,
      by: BOT,
      payload: { state: STATE, commit, run: "1" },
    });
    expect(await startDeployment(client, wanted("1"))).toEqual(first);
    expect((await startDeployment(client, wanted("2"))).id).not.toBe(first.id);
    expect(fake.world.deployments[0]).toMatchObject({ transient: false, production: true, sha: commit });
  });

  for (const failure of [{ how: "lost-answer" }, { how: "bad-gateway", done: true }, { how: "bad-gateway" }] as const) {
    test(`begins once and is told once where the answers are lost (${JSON.stringify(failure)})`, async () => {
      const { fake, client, wanted } = await forge();
      fake.failNext({ match: /^POST .*\/deployments$/, ...failure });
      const { id } = await startDeployment(client, wanted("1"));
      fake.failNext({ match: /^POST .*\/statuses$/, ...failure });
      await setDeploymentStatus(client, id, { state: "in_progress", description: "12 services" });
      expect(fake.world.deployments).toHaveLength(1);
      expect(statuses(fake)).toEqual([["in_progress"]]);
    });
  }

  test("says nothing twice, and cuts what is too long for GitHub", async () => {
    const { fake, client, wanted } = await forge();
    const { id } = await startDeployment(client, wanted("1"));
    const failed = { state: "failure", description: "🚢".repeat(200), logUrl: "https://github.test/run/1" } as const;
    await setDeploymentStatus(client, id, failed);
    await setDeploymentStatus(client, id, failed);
    expect(statuses(fake)).toEqual([["failure"]]);
    expect([...(fake.world.deployments[0]?.statuses[0]?.description ?? "")]).toHaveLength(140);
  });
});

describe("the newest that stands", () => {
  test("is the last success, whatever was tried since", async () => {
    const { fake, client, wanted } = await forge();
    expect(await newestSuccess(client, { environment: "production" })).toBeNull();
    for (const [run, state] of [
      ["1", "success"],
      ["2", "success"],
      ["3", "failure"],
      ["4", "in_progress"],
    ] as const) {
      const { id } = await startDeployment(client, wanted(run));
      await setDeploymentStatus(client, id, { state, description: "" });
    }
    expect(statuses(fake)).toEqual([["success", "inactive"], ["success"], ["failure"], ["in_progress"]]);
    expect((await newestSuccess(client, { environment: "production" }))?.payload?.run).toBe("2");
    expect(await newestSuccess(client, { environment: "staging" })).toBeNull();
  });

  test("is not what somebody else says, and a payload of another form is none", async () => {
    const { fake, client, wanted } = await forge();
    const mine = await startDeployment(client, wanted("1"));
    await setDeploymentStatus(client, mine.id, { state: "success", description: "" });
    const alice = connect(fake, { token: fake.token({ login: "alice" }) });
    const forged = await alice.rest.repos.createDeployment({
      ...alice.here,
      ref: "main",
      environment: "production",
      auto_merge: false,
      required_contexts: [],
      payload: JSON.stringify({ state: "main", commit: "main", run: 7 }),
    });
    const id = "id" in forged.data ? forged.data.id : 0;
    await setDeploymentStatus(alice, id, { state: "success", description: "" });
    // GitHub retires ours by it, and makes such empty ones of its own: that ours succeeded stays true.
    expect((await newestSuccess(client, { environment: "production" }))?.id).toBe(mine.id);
    expect((await newestSuccess(client, { environment: "production", by: BOT }))?.id).toBe(mine.id);
  });
});

function statuses(fake: GithubFake): string[][] {
  return fake.world.deployments.map((one) => one.statuses.map((status) => status.state));
}
