import { expect, test, vi } from "vitest";
import { GitError } from "../../src/git/git-error.ts";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import type { Swap } from "../../src/model/ref-store.ts";
import type { Claim, State, StateStore } from "../../src/model/state.ts";
import { type Holder, takeClaim } from "../../src/state/claims.ts";
import { withIntent, withOutcome } from "../../src/state/records.ts";
import { stateStore } from "../../src/state/state-store.ts";
import { record, release } from "../support/builders.ts";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.ts";

let nonces = 0;
const nonce = (): string => `nonce-${++nonces}`;
const TTL_MS = 60_000;

function world() {
  const refs = memoryRefStore();
  const open = (): StateStore => stateStore({ refs, environment: "staging" });
  const clock = virtualClock(Date.UTC(2026, 10, 24));
  const take = (run: string, over: Partial<Parameters<typeof takeClaim>[0]> = {}) =>
    takeClaim({ store: open(), clock, run, nonce, ttlMs: TTL_MS, patienceMs: 0, ...over });
  return { open, clock, take };
}

async function taken(result: ReturnType<typeof takeClaim>): Promise<Holder> {
  const found = await result;
  if (found.is !== "taken") throw new Error(`busy with ${found.claim.run}`);
  return found.holder;
}

/** Moves the clock on until the promise has settled. */
async function settledBy<T>(clock: VirtualClock, promise: Promise<T>, stepMs = 1_000, steps = 600): Promise<T> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (let step = 0; step < steps && !settled; step++) await clock.advance(stepMs);
  return promise;
}

const note = (message: string) => () => ({ message });
const deploy =
  (service: string) =>
  (state: State): { services: Map<string, ReturnType<typeof record>>; message: string } => {
    const before = state.services.get(service);
    const number = before?.nextRelease ?? 1;
    const releases = [...(before?.releases ?? []), release({ service, number })];
    return { services: new Map([[service, record({ releases })]]), message: `${service}: r${number}` };
  };

test("a free claim is taken with the first epoch, and with the next one after it was given back", async () => {
  const { take, open } = world();
  const first = await taken(take("run-1", { url: "https://ci.example.com/1" }));
  expect(first.claim).toMatchObject({
    run: "run-1",
    url: "https://ci.example.com/1",
    epoch: 1,
    beat: 0,
    ttlMs: TTL_MS,
  });
  expect(first.claim.since).toBe("2026-11-24T00:00:00.000Z");
  expect(await first.release("Applied nothing")).toBe("written");
  expect((await open().read()).state).toMatchObject({ epoch: 1, claim: null });
  expect((await taken(take("run-2"))).claim).toMatchObject({ epoch: 2, run: "run-2" });
});

test("of two runs that start in the same moment exactly one gets the claim", async () => {
  const { take } = world();
  const results = await Promise.all([take("run-1"), take("run-1")]);
  expect(results.map(({ is }) => is).sort()).toEqual(["busy", "taken"]);
});

test("a holder that shows signs of life is waited for, and then the other is busy", async () => {
  const { take, clock } = world();
  const holder = await taken(take("run-1"));
  const waited: Claim[] = [];
  const second = take("run-2", { patienceMs: 3 * TTL_MS, onWait: (claim) => waited.push(claim) });
  for (let at = 0; at < 8; at++) {
    await clock.advance(TTL_MS / 2);
    await holder.beat();
  }
  expect(await second).toMatchObject({ is: "busy", claim: { run: "run-1", epoch: 1 } });
  expect(waited.map(({ run }) => run)).toEqual(["run-1"]);
});

test("whoever waits gets the claim as soon as it is given back", async () => {
  const { take, clock } = world();
  const holder = await taken(take("run-1"));
  const second = take("run-2", { patienceMs: TTL_MS });
  await clock.advance(5_000);
  await holder.release("Done");
  const { claim } = await taken(settledBy(clock, second));
  expect(claim).toMatchObject({ run: "run-2", epoch: 2 });
  expect(claim.tookOver).toBeUndefined();
});

test("a holder that fell silent for its time-to-live is taken over, on record, and fenced when it wakes", async () => {
  const { take, clock, open } = world();
  const stalled = await taken(take("run-1"));
  const next = await taken(settledBy(clock, take("run-2", { patienceMs: 2 * TTL_MS })));
  expect(clock.monotonic()).toBeGreaterThanOrEqual(TTL_MS);
  expect(next.claim).toMatchObject({ run: "run-2", epoch: 2, tookOver: "run-1" });
  expect(await stalled.write(deploy("web"))).toBe("lost");
  expect(await stalled.beat()).toBe("lost");
  expect(await stalled.release("Too late")).toBe("lost");
  expect((await open().read()).state).toMatchObject({ claim: { run: "run-2" }, services: new Map() });
  expect(await next.write(deploy("web"))).toBe("written");
});

test("a claim is not dead because its time looks old: only standing still before our eyes counts", async () => {
  const { take, clock } = world();
  await taken(take("run-1"));
  await clock.advance(100 * TTL_MS);
  expect(await take("run-2")).toMatchObject({ is: "busy" });
});

test("a claim that asks for years is dead after an hour all the same", async () => {
  const { take, clock } = world();
  await taken(take("hostile", { ttlMs: 1e14 }));
  const next = take("run-2", { patienceMs: 2 * 3_600_000, pollMs: 60_000 });
  expect((await taken(settledBy(clock, next, 60_000))).claim.tookOver).toBe("hostile");
});

test("waiting ends when it is interrupted", async () => {
  const { take, clock } = world();
  await taken(take("run-1"));
  const stop = new AbortController();
  const second = take("run-2", { patienceMs: TTL_MS, signal: stop.signal });
  await clock.advance(1_000);
  stop.abort();
  expect(await second).toMatchObject({ is: "busy" });
});

test("a change under the claim is made again from what somebody else has written meanwhile", async () => {
  const { take, open } = world();
  const holder = await taken(take("run-1"));
  const other = open();
  const { oid } = await other.read();
  const [byOther] = [deploy("cache")((await other.read()).state)];
  await other.swap(oid, byOther, { run: "retry", nonce: nonce() });
  expect(await holder.write(deploy("web"))).toBe("written");
  const { state } = await other.read();
  expect([...state.services.keys()]).toEqual(["cache", "web"]);
  expect(holder.state()).toEqual(state);
});

test("outcomes are written together, once the time for gathering is over", async () => {
  const { take, clock, open } = world();
  const holder = await taken(take("run-1", { coalesceMs: 15_000 }));
  const before = (await open().read()).oid;
  for (const service of ["a", "b", "c"]) holder.later(deploy(service));
  await clock.advance(14_000);
  expect((await open().read()).oid).toBe(before);
  await clock.advance(2_000);
  const { state } = await open().read();
  expect([...state.services.keys()]).toEqual(["a", "b", "c"]);
  expect(state.claim?.beat).toBe(1);
});

test("what is queued goes with the next write, and with giving the claim back", async () => {
  const { take, open } = world();
  const holder = await taken(take("run-1"));
  holder.later(deploy("a"));
  await holder.write(deploy("b"));
  holder.later(deploy("c"));
  await holder.release("Done");
  const { state } = await open().read();
  expect([...state.services.keys()]).toEqual(["a", "b", "c"]);
  expect(state.claim).toBeNull();
  expect(await holder.flush()).toBe("lost");
});

test("a write that changes nothing writes nothing", async () => {
  const { take, open } = world();
  const holder = await taken(take("run-1"));
  const { oid } = await open().read();
  expect(await holder.write(() => null)).toBe("written");
  expect(await holder.flush()).toBe("written");
  expect((await open().read()).oid).toBe(oid);
});

/** A store whose swaps can go wrong: `lost` arrives and answers nothing, `gone` never arrives, `down` throws. */
function faulty(store: StateStore) {
  const faults: ("lost" | "gone" | "down")[] = [];
  const faulting: StateStore = {
    read: () => store.read(),
    async swap(...request): Promise<Swap> {
      const fault = faults.shift();
      if (fault === "down") throw new GitError("unreachable", "the network is gone");
      if (fault !== "gone") {
        const result = await store.swap(...request);
        if (fault === undefined) return result;
      }
      return { is: "unknown" };
    },
  };
  return { faulting, faults };
}

test("a write whose answer was lost is found again by its beat, and is not made twice", async () => {
  const { take, open, clock } = world();
  const { faulting, faults } = faulty(open());
  const holder = await taken(take("run-1", { store: faulting }));
  faults.push("lost");
  const change = vi.fn(deploy("web"));
  expect(await settledBy(clock, holder.write(change))).toBe("written");
  expect((await open().read()).state.services.get("web")?.nextRelease).toBe(2);
  expect(await holder.write(deploy("web"))).toBe("written");
  expect((await open().read()).state.services.get("web")?.nextRelease).toBe(3);
});

test("a write that never arrived is made again; one that never can is an error, after a bounded while", async () => {
  const { take, open, clock } = world();
  const { faulting, faults } = faulty(open());
  const holder = await taken(take("run-1", { store: faulting }));
  faults.push("gone", "down");
  expect(await settledBy(clock, holder.write(deploy("web")))).toBe("written");
  faults.push(...Array.from({ length: 50 }, () => "down" as const));
  await expect(settledBy(clock, holder.write(note("hopeless")))).rejects.toMatchObject({ kind: "unreachable" });
  expect(faults.length).toBeGreaterThan(30);
});

test("a claim whose answer was lost is ours, and so is a release", async () => {
  const { take, open, clock } = world();
  const { faulting, faults } = faulty(open());
  faults.push("lost");
  const holder = await taken(settledBy(clock, take("run-1", { store: faulting })));
  expect(holder.claim.epoch).toBe(1);
  faults.push("lost");
  expect(await settledBy(clock, holder.release("Done"))).toBe("written");
  expect((await open().read()).state.claim).toBeNull();
});

test("release numbers go on where a deleted service left off", async () => {
  const { take, open } = world();
  const holder = await taken(take("run-1"));
  await holder.write(deploy("web"));
  await holder.write(deploy("web"));
  await holder.write(() => ({ services: new Map([["web", null]]), message: "web: gone" }));
  const { state } = await open().read();
  expect(state.services.size).toBe(0);
  expect(state.gone).toEqual(new Map([["web", 3]]));
  const again = record({ releases: [release({ service: "web", number: 1 })] });
  await expect(holder.write(() => ({ services: new Map([["web", again]]), message: "again" }))).rejects.toThrow(
    "release number again",
  );
});

test("an intent adds its release, and what becomes of it leaves only what is still needed", () => {
  const at = "2026-11-24T00:00:00.000Z";
  const [r1, r2, r3] = [1, 2, 3].map((number) => release({ number, spec: { description: `v${number}` } })) as [
    ReturnType<typeof release>,
    ReturnType<typeof release>,
    ReturnType<typeof release>,
  ];
  const rollout = (from: number | null, to: number | null) => ({
    id: `web/${to}/1`,
    service: "web",
    from,
    to,
    strategy: "rolling" as const,
    phase: "begin",
    step: 0,
    ordinal: 0,
    phaseWatchedMs: 0,
    lastSeenAt: 0,
  });
  const intend = (before: Parameters<typeof withIntent>[0], what: typeof r1, from: number | null) =>
    withIntent(before, { release: what, rollout: rollout(from, what.number), protected: false, at });
  const one = withOutcome(
    intend(record({ releases: [], service: "web", nextRelease: 1, stable: null }), r1, null),
    "stable",
    { at },
  );
  expect(one).toMatchObject({ stable: 1, nextRelease: 2, rollout: null, held: null });
  const failed = withOutcome(intend(one, r2, 1), "rolled-back", { at, reason: "it crash-looped" });
  expect(failed).toMatchObject({ stable: 1, nextRelease: 3, rollout: null });
  expect(failed.held).toMatchObject({ release: 2, specDigest: r2.specDigest, reason: "it crash-looped" });
  expect(failed.releases.map(({ number }) => number)).toEqual([1]);
  const three = withOutcome(intend(failed, r3, 1), "stable", { at });
  expect(three).toMatchObject({ stable: 3, nextRelease: 4, held: null });
  expect(three.releases.map(({ number }) => number)).toEqual([1, 3]);
  expect(() => intend(three, r3, 3)).toThrow(TypeError);
});
