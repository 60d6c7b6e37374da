import { expect, test } from "vitest";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import { emptyState } from "../../src/model/state.ts";
import { rewriteState } from "../../src/state/rewrite-state.ts";
import { stateRef, stateStore } from "../../src/state/state-store.ts";

/** `fairlead state repair` shows what it would write, asks, and writes: others may be faster. */
test("a State that somebody wrote since it was looked at is left alone", async () => {
  const refs = memoryRefStore();
  const ref = stateRef("staging");
  const store = stateStore({ refs, environment: "staging" });
  const rewrite = (expected: string | null) =>
    rewriteState(refs, {
      ...{ ref, expected, state: { ...emptyState("staging"), epoch: 9 }, at: "1970-01-01T00:00:00.000Z" },
      ...{ message: "rebuilds", run: "repair", nonce: "one" },
    });
  const meanwhile = await store.swap(null, { epoch: 1, message: "begins" }, { run: "other", nonce: "two" });
  const oid = meanwhile.is === "won" ? meanwhile.oid : null;
  expect(await rewrite(null)).toEqual({ is: "conflict", oid });
  expect((await store.read()).state.epoch).toBe(1);
  expect((await rewrite(oid)).is).toBe("won");
  expect((await store.read()).state.epoch).toBe(9);
});
