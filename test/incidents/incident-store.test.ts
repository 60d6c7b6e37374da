import { randomBytes } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import { remoteRefStore } from "../../src/git/remote-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import { advanceIncidents } from "../../src/incidents/automatic-incidents.ts";
import { INCIDENTS_REF, incidentStore, type Step } from "../../src/incidents/incident-store.ts";
import { decodeRecord, encodeRecord } from "../../src/incidents/record-codec.ts";
import type { IncidentRecord } from "../../src/model/incident.ts";
import type { RefStore } from "../../src/model/ref-store.ts";
import { BARE_ENVIRONMENT, git, gitFolder } from "../support/git-folder.ts";
import { type GitServer, gitServer } from "../support/git-server.ts";
import { problemsAgainst } from "../support/schemas.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;
const promptly = { sleep: () => Promise.resolve() };
const random = () => randomBytes(16).toString("hex");
const storeOn = (refs: RefStore, environment = "production") =>
  incidentStore({ refs, environment, random, clock: promptly });

const RECORD: IncidentRecord = {
  incident: {
    id: "web-2026-11-24-1200",
    title: "web is down",
    severity: "down",
    affected: ["web"],
    stretches: [{ from: NOON, to: null, severity: "down" }],
    updates: [{ at: NOON, status: "investigating", says: "It is down." }],
    source: "automatic",
  },
  issue: 7,
  told: { b: null, a: NOON },
};

/** Another machine: a clone of its own. */
async function machine(server: GitServer): Promise<RefStore> {
  const folder = gitFolder({ "a.txt": "a" });
  git(folder, "remote", "add", "origin", server.url);
  const repository = await openRepository(folder, BARE_ENVIRONMENT);
  onTestFinished(() => repository.close());
  return remoteRefStore(repository, "origin");
}

/** What a collector does that saw `web` down since noon, and has asked it until `minutes` after. */
function seeing(minutes: number, shown: (readonly IncidentRecord[])[] = []): Step {
  return async (records) => {
    shown.push(records);
    const to = NOON + minutes * MINUTE;
    const { incidents } = advanceIncidents({
      known: records.map(({ incident }) => incident),
      spans: new Map([["web", [{ from: NOON, to, verdict: "down" }]]]),
      windows: [],
      dependencies: new Map(),
      names: new Map(),
      rules: { flappingMs: 15 * MINUTE },
      now: to,
    });
    return incidents.map((incident) => ({
      told: {},
      ...records.find((one) => one.incident.id === incident.id),
      incident,
    }));
  };
}

describe("kept incidents", () => {
  test("come back as they went in, below their environment and year, and fit their schema", async () => {
    const refs = memoryRefStore();
    await storeOn(refs).change(async () => [RECORD]);
    expect((await storeOn(refs).read()).value).toEqual([RECORD]);
    expect((await storeOn(refs, "staging").read()).value).toEqual([]);
    const { tree } = await refs.read(INCIDENTS_REF);
    const paths: string[] = [];
    for await (const { path } of tree.list("")) paths.push(path);
    expect(paths).toEqual(["incidents/production/2026/web-2026-11-24-1200.json"]);
    const problems = problemsAgainst("incident-record");
    expect(problems(JSON.parse(Buffer.from(encodeRecord("production", RECORD)).toString()))).toEqual([]);
  });

  test("are not written where nothing has changed", async () => {
    const refs = memoryRefStore();
    await storeOn(refs).change(async () => [RECORD]);
    const { oid } = await refs.read(INCIDENTS_REF);
    await storeOn(refs).change(async (records) => records);
    expect((await refs.read(INCIDENTS_REF)).oid).toBe(oid);
  });

  test("of two collectors over a real Git remote are one, and whoever lost advances what the other wrote", async () => {
    const server = await gitServer();
    const [one, other] = [storeOn(await machine(server)), storeOn(await machine(server))];
    const shown: (readonly IncidentRecord[])[][] = [[], []];
    // Both have read before either writes: one of them must lose.
    const gate = Promise.withResolvers<void>();
    let waiting = 0;
    const together =
      (step: Step): Step =>
      async (records) => {
        if (++waiting === 2) gate.resolve();
        await gate.promise;
        return step(records);
      };
    const results = await Promise.all([
      one.change(together(seeing(5, shown[0]))),
      other.change(together(seeing(6, shown[1]))),
    ]);
    for (const { value, diagnostics } of results) {
      expect(value.map(({ incident }) => incident.id)).toEqual(["web-2026-11-24-1200"]);
      expect(diagnostics).toEqual([]);
    }
    expect(shown.map((looks) => looks.length).sort()).toEqual([1, 2]);
    const { value } = await storeOn(await machine(server)).read();
    expect(value.map(({ incident }) => incident.id)).toEqual(["web-2026-11-24-1200"]);
  });

  test("are one where the answer to the push is lost", async () => {
    const server = await gitServer();
    const store = storeOn(await machine(server));
    server.faults.push("lose-answer");
    await store.change(seeing(5));
    expect((await store.read()).value).toHaveLength(1);
    expect(git(server.folder, "rev-list", "--count", INCIDENTS_REF)).toBe("1");
  });

  test("that cannot be written are named, and nothing is thrown", async () => {
    const server = await gitServer();
    const store = storeOn(await machine(server));
    server.down = true;
    const { diagnostics } = await store.change(seeing(5));
    expect(diagnostics).toMatchObject([{ code: "incidents-not-stored" }]);
  });

  test("are left out and named where somebody else wrote them", async () => {
    const refs = memoryRefStore();
    await storeOn(refs).change(async () => [RECORD]);
    const { oid } = await refs.read(INCIDENTS_REF);
    const put = new Map([
      ["incidents/production/2026/api-2026-11-24-1200.json", encodeRecord("production", RECORD)],
      ["incidents/production/2026/x.json", Buffer.from("{")],
      ["incidents/production/x", Buffer.from("{}")],
    ]);
    await refs.swap({
      ref: INCIDENTS_REF,
      expected: oid,
      put,
      parent: "expected",
      nonce: "0".repeat(32),
      message: "x",
    });
    const { value, diagnostics } = await storeOn(refs).read();
    expect(value).toEqual([RECORD]);
    expect(diagnostics.map(({ summary }) => summary)).toEqual([
      "incidents: `incidents/production/2026/api-2026-11-24-1200.json` cannot be used: its id is not the file's name",
      "incidents: `incidents/production/2026/x.json` cannot be used: it is no whole JSON document",
      "incidents: `incidents/production/x` cannot be used: it is none of Fairlead's files",
    ]);
  });

  test("are refused with a reason whatever is wrong with them", () => {
    const file = JSON.parse(Buffer.from(encodeRecord("production", RECORD)).toString());
    const reason = (change: object) =>
      decodeRecord(Buffer.from(JSON.stringify({ ...file, ...change })), {
        id: RECORD.incident.id,
        environment: "production",
      });
    const { incident } = file;
    expect(reason({})).toEqual(RECORD);
    expect(reason({ version: 2 })).toContain("version 2");
    expect(reason({ environment: "staging" })).toBe("it is of another environment");
    expect(reason({ issue: -1 })).toContain("issue");
    expect(reason({ told: { a: "x" } })).toContain("told");
    for (const wrong of [
      { id: "../../etc" },
      { affected: ["a", "b"] },
      { severity: "bad" },
      { source: "written" },
      { stretches: [] },
      { stretches: [{ from: 2, to: 1, severity: "down" }] },
      { stretches: [RECORD.incident.stretches[0], RECORD.incident.stretches[0]] },
      { updates: [{ at: 1, status: "x", says: "" }] },
      { updates: [{ at: Number.NaN, status: "resolved", says: "" }] },
    ])
      expect(reason({ incident: { ...incident, ...wrong } }), JSON.stringify(wrong)).toBe("`incident` is malformed");
  });
});
