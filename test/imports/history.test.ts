import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importDays } from "../../src/cli/import-days.ts";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import { healthStore } from "../../src/health/history.ts";
import { DEFAULT_RETENTION } from "../../src/health/retention.ts";
import type { Period, Segment } from "../../src/model/health.ts";
import { fairlead } from "../support/cli.ts";
import { gitFolder } from "../support/git-folder.ts";
import { CASES, caseFiles, imports } from "./importing.ts";

const NOW = Date.UTC(2026, 2, 4, 12);
const clock = { now: () => NOW, sleep: async () => undefined } as never;
let nonces = 0;
const nonce = (): string => String(++nonces).padStart(32, "0");

function history() {
  const refs = memoryRefStore();
  const store = healthStore({ refs, clock, random: nonce });
  const put = (days: readonly Period[]) =>
    importDays(
      { clock, nonce },
      { refsOf: async () => ({ refs, remote: null }) },
      { environment: "development", days, retention: DEFAULT_RETENTION },
    );
  return { store, put };
}

describe("imported days", () => {
  test("minutes down are seconds down, and the month is their sum", async () => {
    const { store, put } = history();
    const { days } = imports("upptime", caseFiles("upptime"));
    expect((await put(days)).diagnostics).toEqual([]);
    const { value, diagnostics } = await store.read("development");
    expect(diagnostics).toEqual([]);
    const second = value.days.find(({ at }) => at === "2026-03-02")?.services["shop"];
    expect(second?.seconds).toEqual({
      operational: 86_400 - 34 * 60,
      degraded: 0,
      down: 34 * 60,
      maintenance: 0,
      unknown: 0,
    });
    expect(second?.actual).toBe(0);
    const month = value.months.find(({ at }) => at === "2026-03")?.services["shop"];
    expect(month?.seconds.down).toBe((34 + 5) * 60);
  });

  test("the same import again changes nothing", async () => {
    const { store, put } = history();
    const { days } = imports("upptime", caseFiles("upptime"));
    await put(days);
    const before = (await store.read("development")).value;
    expect((await put(days)).value).toBe(0);
    expect((await store.read("development")).value).toEqual(before);
  });

  test("what Fairlead watched itself stays as it is", async () => {
    const { store, put } = history();
    const from = Date.UTC(2026, 2, 3, 8);
    const segment: Segment = {
      version: 1,
      collector: "host",
      region: "default",
      environment: "development",
      from,
      to: from + 60_000,
      watching: { shop: { cadenceMs: 60_000, timeoutMs: 5_000, failure_threshold: 3, success_threshold: 2 } },
      expected: { shop: 1 },
      samples: [{ service: "shop", at: from, outcome: "pass", latencyMs: 12 }],
    };
    expect(await store.append(segment)).toEqual([]);
    const { value: added } = await put(imports("upptime", caseFiles("upptime")).days);
    expect(added, "11 February, 1 and 2 March").toBe(3);
    const { value } = await store.read("development");
    expect(value.days.find(({ at }) => at === "2026-03-03")?.services["shop"]?.actual).toBe(1);
    expect(value.days.find(({ at }) => at === "2026-03-02")?.services["shop"]?.seconds.down).toBe(34 * 60);
  });

  test("a day that is too old to be kept counts in its month", async () => {
    const { store, put } = history();
    const { days } = imports("upptime", {
      ".upptimerc.yml": "sites:\n  - {name: Shop, url: 'https://shop.example'}\n",
      "history/summary.json": '[{"slug": "shop", "dailyMinutesDown": {"2022-05-17": 10}}]',
    });
    await put(days);
    await put(days);
    const { value } = await store.read("development");
    expect(value.days.some(({ at }) => at === "2022-05-17")).toBe(false);
    expect(value.months.find(({ at }) => at === "2022-05")?.services["shop"]?.seconds.down).toBe(600);
  });

  test("the command puts them in with --history alone", async () => {
    const folder = gitFolder();
    const source = join(CASES, "upptime");
    const first = await fairlead(["import", "upptime", source], { cwd: folder });
    expect(first.stdout).toContain("`--history` puts it into the health history");
    const second = await fairlead(["import", "upptime", source, "--history", "--force"], { cwd: folder });
    expect(second.stdout).toMatch(/History: 5 of 5 days added to development/);
    expect(second.code).toBe(0);
  });
});
