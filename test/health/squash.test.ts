import { randomBytes } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import { remoteRefStore } from "../../src/git/remote-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import { HEALTH_REF, healthStore } from "../../src/health/history.ts";
import { SINCE_PATH, squash } from "../../src/health/squash.ts";
import type { RefStore, RenewingRefStore } from "../../src/model/ref-store.ts";
import { filesOf } from "../contracts/ref-store.ts";
import { BARE_ENVIRONMENT, git, gitFolder } from "../support/git-folder.ts";
import { gitServer } from "../support/git-server.ts";
import { seen } from "./segments.ts";

const START = Date.UTC(2026, 10, 24, 12, 0, 0);
const DAY = 86_400_000;
const PREVIOUS = `${HEALTH_REF}-previous`;
const random = () => randomBytes(16).toString("hex");
const at = (now: number, refs: RefStore) =>
  healthStore({ refs, random, clock: { now: () => now, sleep: () => Promise.resolve() } });
const run = (from: number, collector = "one") => seen("pp", from, { collector });

async function files(refs: RefStore, ref = HEALTH_REF): Promise<Record<string, string>> {
  const { [SINCE_PATH]: _, ...others } = await filesOf((await refs.read(ref)).tree);
  return others;
}

describe("on a remote", () => {
  async function world() {
    const server = await gitServer();
    const open = async (): Promise<RenewingRefStore> => {
      const folder = gitFolder({ "a.txt": "a" });
      git(folder, "remote", "add", "origin", server.url);
      const repository = await openRepository(folder, BARE_ENVIRONMENT);
      onTestFinished(() => repository.close());
      return remoteRefStore(repository, "origin");
    };
    return { server, open };
  }

  test("commits older than a week become one without a parent, with the same files; the tip before is kept", async () => {
    const { server, open } = await world();
    const refs = await open();
    for (const n of [0, 1, 2]) await at(START + n * 60_000, refs).append(run(START + n * 60_000));
    expect(git(server.folder, "rev-list", "--count", HEALTH_REF)).toBe("3");
    const [tip, before] = [git(server.folder, "rev-parse", HEALTH_REF), await files(refs)];
    expect(await squash(refs, { ref: HEALTH_REF, now: START + 6 * DAY, nonce: random() })).toBe(false);
    expect(await squash(refs, { ref: HEALTH_REF, now: START + 7 * DAY, nonce: random() })).toBe(true);
    expect(git(server.folder, "rev-list", "--count", HEALTH_REF)).toBe("1");
    expect(git(server.folder, "rev-list", PREVIOUS).split("\n")).toContain(tip);
    expect(await files(refs)).toEqual(before);
    expect(await squash(refs, { ref: HEALTH_REF, now: START + 7 * DAY, nonce: random() })).toBe(false);
  }, 300_000);

  test("two squashers and a collector at once lose nothing", async () => {
    const { server, open } = await world();
    const [one, two, three] = [await open(), await open(), await open()];
    await at(START, one).append(run(START));
    for (const refs of [two, three]) await refs.read(HEALTH_REF);
    const now = START + 8 * DAY;
    await Promise.all([
      squash(one, { ref: HEALTH_REF, now, nonce: random() }),
      squash(two, { ref: HEALTH_REF, now, nonce: random() }),
      at(START + 1_000, three).append(run(START + 500, "three")),
    ]);
    await squash(one, { ref: HEALTH_REF, now, nonce: random() });
    expect(Object.keys(await files(one))).toHaveLength(2);
    expect(Number(git(server.folder, "rev-list", "--count", HEALTH_REF))).toBeLessThanOrEqual(2);
  }, 300_000);
});

describe("in memory", () => {
  /** Does something else between a squasher's reading and its step. */
  function interrupted(refs: RenewingRefStore, meanwhile: () => Promise<unknown>): RenewingRefStore {
    let done = false;
    return {
      read: refs.read,
      swap: refs.swap,
      async renew(request) {
        if (!done) {
          done = true;
          await meanwhile();
        }
        return refs.renew(request);
      },
    };
  }

  test("a collector that pushes at the same time makes the squash wait", async () => {
    const refs = memoryRefStore();
    await at(START, refs).append(run(START));
    const raced = interrupted(refs, () => at(START + 60_000, refs).append(run(START + 60_000)));
    const now = START + 8 * DAY;
    expect(await squash(raced, { ref: HEALTH_REF, now, nonce: random() })).toBe(false);
    expect((await refs.read(PREVIOUS)).oid).toBeNull();
    expect(Object.keys(await files(refs))).toHaveLength(2);
    expect(await squash(raced, { ref: HEALTH_REF, now, nonce: random() })).toBe(true);
    expect(await files(refs, PREVIOUS)).toEqual(await files(refs));
  });

  test("a squasher that was overtaken by another does not move what is kept", async () => {
    const refs = memoryRefStore();
    await at(START, refs).append(run(START));
    const tip = (await refs.read(HEALTH_REF)).oid;
    const now = START + 8 * DAY;
    const raced = interrupted(refs, () => squash(refs, { ref: HEALTH_REF, now, nonce: random() }));
    expect(await squash(raced, { ref: HEALTH_REF, now, nonce: random() })).toBe(false);
    expect((await refs.read(PREVIOUS)).oid).toBe(tip);
  });

  test("an append squashes where it is due, and a store that cannot keep a ref is left alone", async () => {
    const refs = memoryRefStore();
    await at(START, refs).append(run(START));
    await at(START + 8 * DAY, refs).append(run(START + 8 * DAY));
    expect((await refs.read(PREVIOUS)).oid).not.toBeNull();
    const { read, swap } = memoryRefStore();
    const plain: RefStore = { read, swap };
    await at(START, plain).append(run(START));
    expect(await at(START + 8 * DAY, plain).append(run(START + 8 * DAY))).toEqual([]);
  });
});
