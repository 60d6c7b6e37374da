import fc from "fast-check";
import { expect, test } from "vitest";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import type { Journal, ServiceRecord } from "../../src/model/state.ts";
import { beginRollout } from "../../src/rollout/begin.ts";
import { encode, recordPath } from "../../src/state/state-codec.ts";
import { StateError } from "../../src/state/state-error.ts";
import { stateRef, stateStore } from "../../src/state/state-store.ts";
import { record, release } from "../support/builders.ts";
import { problemsAgainst } from "../support/schemas.ts";

const REF = stateRef("staging");
const by = { run: "run-1", nonce: "nonce-1" };
const web = record({ releases: [release()] });
const journal: Journal = {
  run: "run-1",
  epoch: 1,
  commit: "c".repeat(40),
  planDigest: "d".repeat(64),
  at: "2026-11-24T00:00:00.000Z",
  entries: [
    { service: "web", action: "create", digest: "e".repeat(64), release: 1, outcome: "done", says: "2 of 2 ready" },
    { service: "api", action: "delete", digest: "e".repeat(64), release: null, outcome: null },
  ],
};

/** A ref on which somebody who may push has put these files beside, or in place of, ours. */
async function tampered(files: Readonly<Record<string, string | Uint8Array | null>>) {
  const refs = memoryRefStore();
  const store = stateStore({ refs, environment: "staging" });
  await store.swap(null, { epoch: 1, journal, services: new Map([["web", web]]), message: "ours" }, by);
  const { oid } = await refs.read(REF);
  const put = new Map(Object.entries(files).map(([path, text]) => [path, text === null ? null : Buffer.from(text)]));
  await refs.swap({ ref: REF, expected: oid, put, parent: "expected", nonce: "evil", message: "theirs" });
  return stateStore({ refs, environment: "staging" });
}

async function problemsOf(files: Parameters<typeof tampered>[0]): Promise<readonly Diagnostic[]> {
  const store = await tampered(files);
  const error = await store.read().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StateError)) throw new Error(`was not refused: ${String(error)}`);
  return error.diagnostics;
}

const shown = (problems: readonly Diagnostic[]) =>
  problems.map(
    ({ code, summary, range }) => `${range?.file}:${range?.start.line}:${range?.start.column} ${code} ${summary}`,
  );
const webFile = recordPath("web");
const edited = (change: (record: ServiceRecord) => unknown) => JSON.stringify(change(web));

test("what is written is read back whole, by whoever reads it", async () => {
  const store = await tampered({});
  const { state } = await store.read();
  expect(state).toEqual({
    version: 1,
    environment: "staging",
    epoch: 1,
    claim: null,
    journal,
    services: new Map([["web", web]]),
  });
});

test("the same value has the same bytes, whatever the order of its keys", () => {
  const backwards = Object.fromEntries(Object.entries(web).reverse()) as unknown as ServiceRecord;
  expect(Buffer.from(encode(backwards))).toEqual(Buffer.from(encode(web)));
});

test("every problem of a state that was tampered with is located", async () => {
  expect(
    shown(
      await problemsOf({
        [webFile]: edited((record) => ({ ...record, stable: 7 })),
        "journal.json": '{\n  "run": "x",\n  oops\n}\n',
        "ff/evil.json": "{}",
        "README.md": "hello",
      }),
    ),
  ).toMatchInlineSnapshot(`
    [
      "refs/heads/fairlead-state/staging:4b/web.json:1:1 state-corrupt \`4b/web.json\`: /stable names a release that is not recorded",
      "refs/heads/fairlead-state/staging:journal.json:3:3 state-corrupt \`journal.json\` is not JSON: Expected double-quoted property name in JSON at position 18 (line 3 column 3)",
      "refs/heads/fairlead-state/staging:README.md:1:1 state-corrupt \`README.md\` has no place in State",
      "refs/heads/fairlead-state/staging:ff/evil.json:1:1 state-corrupt \`ff/evil.json\` has no place in State",
    ]
  `);
});

test("records that do not add up are refused", async () => {
  const wrong: Readonly<Record<string, (record: ServiceRecord) => unknown>> = {
    "another service's": (record) => ({ ...record, service: "api" }),
    "a spec that was edited under its digest": (record) => ({
      ...record,
      releases: record.releases.map((one) => ({ ...one, spec: { ...one.spec, command: ["sh", "-c", "curl evil"] } })),
    }),
    "an artifact that was edited under its digest": (record) => ({
      ...record,
      releases: record.releases.map((one) => ({
        ...one,
        artifact: { kind: "template", template: "evil", version: "1" },
      })),
    }),
    "a rollout to nothing by a strategy that needs a release": (record) => ({
      ...record,
      rollout: {
        ...beginRollout({
          service: "web",
          from: 1,
          to: null,
          strategy: "retire",
          claim: { epoch: 1, nonce: "n" },
          now: 0,
        }),
        strategy: "rolling",
      },
    }),
    "a number that would be given out again": (record) => ({ ...record, nextRelease: 1 }),
    "a spec of another service": (record) => ({
      ...record,
      releases: [release({ spec: { id: "api" }, service: "web" })],
    }),
    "an unknown key": (record) => ({ ...record, extra: true }),
    "a digest that is none": (record) => ({ ...record, releases: [{ ...record.releases[0], specDigest: "short" }] }),
    "a missing key": ({ held: _, ...rest }) => rest,
  };
  for (const [what, change] of Object.entries(wrong)) {
    const [first] = await problemsOf({ [webFile]: edited(change) });
    expect(first, what).toMatchObject({ code: "state-corrupt", severity: "error" });
    expect(first?.range?.file, what).toBe(`${REF}:${webFile}`);
  }
});

test("bytes that are not JSON, not UTF-8 or poisonous are refused", async () => {
  for (const content of [
    "",
    "null",
    "[]",
    Buffer.from([0xff, 0xfe]),
    '{"__proto__": {}}',
    edited((r) => r).slice(0, -9),
  ])
    expect(await problemsOf({ [webFile]: content })).toMatchObject([{ code: "state-corrupt" }]);
});

test("a state of a later version asks for an upgrade", async () => {
  const file = JSON.stringify({ version: 2, environment: "staging", epoch: 1, claim: null, news: true });
  expect((await problemsOf({ "environment.json": file }))[0]).toMatchInlineSnapshot(`
    {
      "code": "state-from-the-future",
      "detail": "this Fairlead reads version 1",
      "environment": "staging",
      "hint": "upgrade Fairlead in this repository",
      "range": {
        "end": {
          "column": 1,
          "line": 1,
          "offset": 0,
        },
        "file": "refs/heads/fairlead-state/staging:environment.json",
        "start": {
          "column": 1,
          "line": 1,
          "offset": 0,
        },
      },
      "severity": "error",
      "summary": "the state of \`staging\` was written by a later Fairlead (version 2)",
    }
  `);
});

test("another environment's state, or none at all, is not this one's", async () => {
  const other = JSON.stringify({ version: 1, environment: "production", epoch: 1, claim: null });
  expect(shown(await problemsOf({ "environment.json": other }))).toMatchInlineSnapshot(`
    [
      "refs/heads/fairlead-state/staging:environment.json:1:1 state-corrupt \`environment.json\` records \`production\`, not \`staging\`",
    ]
  `);
  expect(shown(await problemsOf({ "environment.json": null }))).toMatchInlineSnapshot(`
    [
      "refs/heads/fairlead-state/staging:environment.json:1:1 state-corrupt \`environment.json\` is missing",
    ]
  `);
});

test("whatever somebody writes into a file, it is read or refused with a position, and nothing else happens", async () => {
  const text = Buffer.from(encode(web)).toString("utf8");
  await fc.assert(
    fc.asyncProperty(
      fc.nat(text.length),
      fc.nat(40),
      fc.oneof(fc.string(), fc.json(), fc.constantFrom('"', "{", "}", "null", "-1", "1e999", "\\u0000")),
      async (at, drop, insert) => {
        const store = await tampered({ [webFile]: text.slice(0, at) + insert + text.slice(at + drop) });
        const error = await store.read().then(
          () => null,
          (thrown: unknown) => thrown,
        );
        if (error === null) return;
        expect(error).toBeInstanceOf(StateError);
        for (const { range } of (error as StateError).diagnostics) expect(range?.start.line).toBeGreaterThan(0);
      },
    ),
    { numRuns: 150, seed: 20261124 },
  );
});

test("every file that is written is as schemas/state.schema.json says", () => {
  const claim = {
    run: "r",
    url: "https://x",
    nonce: "n",
    epoch: 1,
    beat: 0,
    ttlMs: 1,
    since: journal.at,
    tookOver: "q",
  };
  const environment = { version: 1, environment: "staging", epoch: 1, claim } as const;
  const problems = problemsAgainst("state");
  for (const value of [
    environment,
    { ...environment, claim: null },
    journal,
    web,
    { ...web, releases: [], stable: null },
  ])
    expect(problems(JSON.parse(Buffer.from(encode(value)).toString("utf8")))).toEqual([]);
});
