import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { localRefStore } from "../../src/git/local-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import type { PlanJson } from "../../src/model/generated/plan.ts";
import { stateStore } from "../../src/state/state-store.ts";
import { type CliResult, fairlead, startFairlead } from "../support/cli.ts";
import { git } from "../support/git-folder.ts";
import { problemsAgainst } from "../support/schemas.ts";
import { SERVER, serviceFile, shop } from "../support/shop.ts";

const planProblems = problemsAgainst("plan");
const statusProblems = problemsAgainst("status");
const applyProblems = problemsAgainst("apply");
const checkProblems = problemsAgainst("health", "#/$defs/CheckOutput");

/** A shop whose services are stopped when the test ends. */
async function openShop() {
  const made = await shop();
  const run = (...args: string[]): Promise<CliResult> => fairlead(args, { cwd: made.folder });
  onTestFinished(async () => {
    await run("down");
  });
  const edit = (path: string, from: string, to: string): void => {
    const file = join(made.folder, path);
    const text = readFileSync(file, "utf8");
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
  };
  const plan = async (): Promise<{ code: number | null; json: PlanJson }> => {
    const { code, stdout } = await run("plan", "--json", "--detailed-exitcode");
    const json = JSON.parse(stdout) as PlanJson;
    expect(planProblems(json)).toEqual([]);
    return { code, json };
  };
  return { ...made, run, edit, plan };
}

async function answer(port: number): Promise<{ word: string; release: string; greeting: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  expect(response.status).toBe(200);
  return (await response.json()) as { word: string; release: string; greeting: string };
}

describe("apply", () => {
  test("from nothing to running, to an empty plan, to one changed field, to nothing left", async () => {
    const { folder, run, edit, plan, stock, orders } = await openShop();
    const first = await plan();
    expect(first.code).toBe(2);
    expect(first.json.resource_changes.map(({ address, change }) => [address, change.actions])).toEqual([
      ["fairlead_service.stock", ["create"]],
      ["fairlead_service.orders", ["create"]],
    ]);

    const applied = await run("apply", "--yes");
    expect(applied.stderr).toBe("");
    expect(applied.code).toBe(0);
    expect(await answer(stock)).toEqual({ word: "first", release: "1", greeting: "hello" });
    expect(await answer(orders)).toEqual({ word: "first", release: "1", greeting: "hello" });

    // A plan after an apply is empty.
    expect(await plan()).toMatchObject({ code: 0, json: { resource_changes: [] } });

    // One edit is exactly that field.
    edit("services/stock.yaml", "GREETING: hello", "GREETING: good morning");
    const second = await plan();
    expect(second.code).toBe(2);
    expect(second.json.resource_changes.map(({ address }) => address)).toEqual(["fairlead_service.stock"]);
    expect(second.json.fairlead.steps[0]?.changes).toMatchObject([
      { path: ["environment", "GREETING"], before: "hello", after: "good morning", impact: "restart" },
    ]);
    const report = await run("apply", "--yes", "--json");
    expect(report.code).toBe(0);
    expect(applyProblems(JSON.parse(report.stdout))).toEqual([]);
    expect(JSON.parse(report.stdout)).toMatchObject({
      outcome: "applied",
      services: [{ service: "stock", action: "update", outcome: "done", release: 2 }],
    });
    expect(await answer(stock)).toMatchObject({ release: "2", greeting: "good morning" });
    expect(await answer(orders)).toMatchObject({ release: "1" });

    // Editing a service's code is a change that the plan shows.
    edit("services/orders/server.mjs", '"first"', '"second"');
    const third = await plan();
    expect(third.code).toBe(2);
    expect(third.json.fairlead.steps[0]?.changes.map(({ path }) => path)).toEqual([["source"]]);
    expect((await run("apply", "--yes")).code).toBe(0);
    expect(await answer(orders)).toMatchObject({ word: "second", release: "2" });

    // What State's branch says is the deployment history.
    expect(git(folder, "log", "--format=%s", "fairlead-state/development").split("\n").length).toBeGreaterThan(3);

    // After `down` nothing runs, the plan is still empty, and an apply brings back what is recorded.
    expect((await run("down")).code).toBe(0);
    await expect(fetch(`http://127.0.0.1:${stock}/`)).rejects.toThrow();
    expect((await plan()).code).toBe(0);
    expect((await run("apply", "--yes")).code).toBe(0);
    expect(await answer(stock)).toMatchObject({ release: "2" });
    expect(await answer(orders)).toMatchObject({ release: "2" });
  });

  test("a plan file approves its steps, and a step whose service changed meanwhile is refused alone", async () => {
    const { run, edit, stock, orders } = await openShop();
    expect((await run("apply", "--yes")).code).toBe(0);
    edit("services/stock.yaml", "GREETING: hello", "GREETING: planned");
    edit("services/orders.yaml", "GREETING: hello", "GREETING: planned");
    expect((await run("plan", "--out", "plan.json")).code).toBe(0);
    edit("services/stock.yaml", "GREETING: planned", "GREETING: another");
    const { code, stdout } = await run("apply", "plan.json");
    expect(code).toBe(1);
    expect(stdout).toContain("stock");
    expect(await answer(orders)).toMatchObject({ greeting: "planned", release: "2" });
    expect(await answer(stock)).toMatchObject({ greeting: "hello", release: "1" });
  });

  test("a yes is to what was shown, and so is nothing to do: what is edited while it waits for another run is not applied", async () => {
    const { folder, run, edit, stock } = await openShop();
    expect((await run("apply", "--yes")).code).toBe(0);
    const repository = await openRepository(folder, process.env);
    const store = stateStore({ refs: localRefStore(repository), environment: "development" });
    const { oid, state } = await store.read();
    const other = { run: "other", nonce: "f".repeat(32), beat: 0, ttlMs: 600_000, since: new Date().toISOString() };
    const epoch = state.epoch + 1;
    const taken = await store.swap(
      oid,
      { epoch, claim: { ...other, epoch }, message: "other begins" },
      { run: "other", nonce: "a1" },
    );
    const applying = startFairlead(["apply"], { cwd: folder });
    await applying.sees("waiting for other");
    edit("services/stock.yaml", "GREETING: hello", "GREETING: unseen");
    if (taken.is !== "won") throw new Error("nobody else was there");
    await store.swap(taken.oid, { claim: null, message: "other ends" }, { run: "other", nonce: "a2" });
    await repository.close();
    expect((await applying.ended()).code).toBe(1);
    await applying.sees("it was not part of what was approved");
    expect(await answer(stock)).toMatchObject({ greeting: "hello", release: "1" });
  });

  test("a release that never becomes ready is rolled back, held, and tried again only when told to", async () => {
    const { run, edit, plan, stock } = await openShop();
    expect((await run("apply", "--yes")).code).toBe(0);
    edit("services/stock/server.mjs", "const word", "process.exit(3); const word");
    const failed = await run("apply", "--yes");
    expect(failed.code).toBe(1);
    expect(failed.stdout + failed.stderr).toContain("exited with code 3");
    expect(await answer(stock)).toMatchObject({ release: "1" });

    const held = await run("plan", "--detailed-exitcode");
    expect(held.code).toBe(2);
    expect(held.stdout).toContain("held");
    const again = await run("apply", "--yes");
    expect(again.stdout).not.toContain("exited with code 3\n  exited");
    expect(await answer(stock)).toMatchObject({ release: "1" });

    expect((await run("retry", "stock")).code).toBe(0);
    edit("services/stock/server.mjs", "process.exit(3); const word", "const word");
    expect((await plan()).code).toBe(0);
  });

  test("nobody there to say yes: nothing is applied", async () => {
    const { folder, run, stock } = await openShop();
    const { code, stderr } = await run("apply");
    expect(code).toBe(1);
    expect(stderr).toContain("add --yes");
    writeFileSync(
      join(folder, "fairlead.yaml"),
      "project: shop\nenvironments: { development: { target: { kind: local } }, staging: { target: { kind: local } } }\n",
    );
    const up = await run("up", "--once", "-e", "staging");
    expect([up.code, up.stderr.includes("add --yes")]).toEqual([1, true]);
    await expect(fetch(`http://127.0.0.1:${stock}/`)).rejects.toThrow();
  });

  test("status, logs and check say what runs", async () => {
    const { folder, run } = await openShop();
    writeFileSync(join(folder, "services/stock/server.mjs"), `console.log("stock begins");\n${SERVER}`);
    expect((await run("apply", "--yes")).code).toBe(0);
    const status = await run("status", "--json");
    expect(status.code).toBe(0);
    const json = JSON.parse(status.stdout) as { services: readonly { id: string; ready: number; release: number }[] };
    expect(statusProblems(json)).toEqual([]);
    expect(json.services).toMatchObject([
      { id: "orders", ready: 1, release: 1 },
      { id: "stock", ready: 1, release: 1 },
    ]);
    const logs = await run("logs", "stock");
    expect(logs.code).toBe(0);
    expect(logs.stdout).toContain("stock begins");
    const check = await run("check", "--json");
    expect(check.code).toBe(0);
    expect(checkProblems(JSON.parse(check.stdout))).toEqual([]);
    expect(JSON.parse(check.stdout)).toMatchObject({
      services: [
        { service: "orders", verdict: "operational", sample: { outcome: "pass", status: 200 } },
        { service: "stock", verdict: "operational", sample: { outcome: "pass", status: 200 } },
      ],
    });
    const unknown = await run("logs", "stok");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("did you mean `stock`?");
  });

  test("a service that is taken away is deleted, after what depends on it", async () => {
    const { folder, run, plan, stock, orders } = await openShop();
    expect((await run("apply", "--yes")).code).toBe(0);
    git(folder, "rm", "-rq", "services/orders.yaml", "services/orders");
    const { json } = await plan();
    expect(json.resource_changes.map(({ address, change }) => [address, change.actions])).toEqual([
      ["fairlead_service.orders", ["delete"]],
    ]);
    // One of two is more than the share of deletes that is taken for meant.
    const guarded = await run("apply", "--yes");
    expect(guarded.code).toBe(1);
    expect(guarded.stderr).toContain("1 of 2 recorded services would be deleted");
    expect((await run("apply", "--yes", "--allow-destroy", "orders")).code).toBe(0);
    await expect(fetch(`http://127.0.0.1:${orders}/`)).rejects.toThrow();
    expect(await answer(stock)).toMatchObject({ release: "1" });
    writeFileSync(
      join(folder, "services/new.yaml"),
      serviceFile("new", orders).replace("services/new", "services/stock"),
    );
    expect((await run("apply", "--yes")).code).toBe(0);
    expect(await answer(orders)).toMatchObject({ release: "1" });
  });
});
