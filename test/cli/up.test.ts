import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fairlead, startFairlead } from "../support/cli.ts";
import { freePorts, shop } from "../support/shop.ts";
import { until } from "../support/until.ts";

/** Processes that belong to a folder, by what their command line or working folder says. */
function processesOf(folder: string): string[] {
  const rows = execFileSync("ps", ["-eo", "pid=,args="]).toString("utf8").split("\n");
  return rows.filter((row) => {
    const pid = row.trim().split(" ")[0] ?? "";
    if (row.includes(folder)) return true;
    try {
      return execFileSync("readlink", [`/proc/${pid}/cwd`], { stdio: ["ignore", "pipe", "ignore"] })
        .toString("utf8")
        .startsWith(folder);
    } catch {
      return false;
    }
  });
}

async function answer(port: number): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${port}/`)).json();
}

describe("up --once", () => {
  test("does it all, stops everything again, and leaves a site with real samples", async () => {
    const { folder } = await shop();
    const { code, stdout, stderr } = await fairlead(["up", "--once"], { cwd: folder });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("2 to create");
    for (const id of ["stock", "orders"]) {
      const page = readFileSync(join(folder, "dist/status/services", id, "index.html"), "utf8");
      expect(page).toContain("Operational");
    }
    const data = JSON.parse(readFileSync(join(folder, "dist/status/data.json"), "utf8")) as {
      services: readonly { samples: readonly unknown[] }[];
    };
    for (const service of data.services) expect(service.samples.length).toBeGreaterThan(0);
    expect(processesOf(folder)).toEqual([]);
  });

  test("works in a folder that is no Git repository, and says where State is then", async () => {
    const { folder } = await shop();
    rmSync(join(folder, ".git"), { recursive: true });
    const { code, stdout } = await fairlead(["up", "--once"], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain("State is kept locally only");
    expect(existsSync(join(folder, ".fairlead/git/HEAD"))).toBe(true);
    const plan = await fairlead(["plan", "--detailed-exitcode"], { cwd: folder });
    expect(plan.code).toBe(0);
  });
});

describe("up", () => {
  test("follows edits of YAML and code, leaves what runs alone when a file breaks, and Ctrl-C ends everything", async () => {
    const { folder, stock } = await shop();
    const [port = 0] = await freePorts(1);
    const up = startFairlead(["up", "--port", String(port)], { cwd: folder });
    await up.sees("Ctrl-C stops everything");
    expect(await answer(stock)).toMatchObject({ release: "1" });
    const page = await fetch(`http://127.0.0.1:${port}/services/stock/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Operational");

    const yaml = join(folder, "services/stock.yaml");
    const good = readFileSync(yaml, "utf8");
    writeFileSync(yaml, good.replace("GREETING: hello", "GREETING: changed"));
    await up.sees("services/stock.yaml changed");
    await up.sees("hello → changed");
    await until(async () => ((await answer(stock)) as { greeting: string }).greeting === "changed");

    const code = join(folder, "services/stock/server.mjs");
    writeFileSync(code, readFileSync(code, "utf8").replace('"first"', '"edited"'));
    await until(async () => ((await answer(stock)) as { word: string }).word === "edited");

    writeFileSync(yaml, good.replace("type: api", "type: banana"));
    await up.sees("banana");
    await up.sees("What runs is left as it is.");
    expect(await answer(stock)).toMatchObject({ word: "edited", greeting: "changed" });

    writeFileSync(yaml, good.replace("GREETING: hello", "GREETING: mended"));
    await until(async () => ((await answer(stock)) as { greeting: string }).greeting === "mended");

    const second = await fairlead(["up", "--port", "0"], { cwd: folder });
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/`fairlead up` runs in this folder already \(pid \d+\)/);
    expect(second.stderr).toContain(`http://localhost:${port}/`);
    expect(await answer(stock)).toMatchObject({ greeting: "mended" });

    up.process.kill("SIGINT");
    const { code: exit } = await up.ended();
    expect(exit).toBe(0);
    await expect(fetch(`http://127.0.0.1:${stock}/`)).rejects.toThrow();
    expect(processesOf(folder)).toEqual([]);
  });

  test("Ctrl-C in the middle of an apply ends it, and the next run converges", async () => {
    const { folder } = await shop();
    const [port = 0] = await freePorts(1);
    const up = startFairlead(["up", "--port", String(port)], { cwd: folder });
    await up.sees("Applying to development");
    up.process.kill("SIGINT");
    expect((await up.ended()).code).toBe(130);
    expect(processesOf(folder)).toEqual([]);
    expect((await fairlead(["up", "--once"], { cwd: folder })).code).toBe(0);
    expect((await fairlead(["plan", "--detailed-exitcode"], { cwd: folder })).code).toBe(0);
  });

  test("a history that cannot be written is said, and ends nothing; Ctrl-C stops everything, even where Git's folder is gone", async () => {
    const { folder, stock } = await shop();
    mkdirSync(join(folder, ".git/refs/fairlead"), { recursive: true });
    writeFileSync(join(folder, ".git/refs/fairlead/health.lock"), "");
    const [port = 0] = await freePorts(1);
    const up = startFairlead(["up", "--port", String(port)], { cwd: folder });
    await up.sees("health history: 2 samples could not be stored yet");
    await up.sees("Ctrl-C stops everything");
    expect(await answer(stock)).toMatchObject({ release: "1" });
    // Away at once: while it is removed file by file, what runs may write into it.
    renameSync(join(folder, ".git"), join(folder, "gone"));
    up.process.kill("SIGINT");
    await up.ended();
    await expect(fetch(`http://127.0.0.1:${stock}/`)).rejects.toThrow();
    expect(processesOf(folder)).toEqual([]);
  });

  test("a site port that is in use is an error before anything starts", async () => {
    const { folder, stock } = await shop();
    const other = createServer();
    const port = await new Promise<number>((resolve) =>
      other.listen(0, "127.0.0.1", () => resolve((other.address() as { port: number }).port)),
    );
    const { code, stderr } = await fairlead(["up", "--port", String(port)], { cwd: folder });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} is in use by another program`);
    await expect(fetch(`http://127.0.0.1:${stock}/`)).rejects.toThrow();
    expect(processesOf(folder)).toEqual([]);
  });

  test("a service's port that another program holds is an error at its place, and nothing is started or held", async () => {
    const { folder, orders, stock } = await shop();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(orders, "127.0.0.1", resolve));
    const { code, stdout, stderr } = await fairlead(["apply", "--yes"], { cwd: folder });
    expect(code).toBe(1);
    expect(stdout).toContain("2 to create");
    expect(stderr).toMatch(
      new RegExp(`port ${orders} of orders is in use by .+pid ${process.pid}[^]+services/orders.yaml:`),
    );
    await expect(fetch(`http://127.0.0.1:${stock}/`)).rejects.toThrow();
    other.close();
    expect((await fairlead(["apply", "--yes"], { cwd: folder })).code).toBe(0);
    expect(await answer(orders)).toMatchObject({ release: "1" });
    expect((await fairlead(["down"], { cwd: folder })).code).toBe(0);
    expect(processesOf(folder)).toEqual([]);
  });
});
