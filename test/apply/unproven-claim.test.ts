import { expect, test } from "vitest";
import { GitError } from "../../src/git/git-error.ts";
import type { StateStore } from "../../src/model/state.ts";
import { outcomes, running, smallShop } from "./small-shop.ts";

/** Whoever may not act learns nothing about a release: time spent so must not count against it. */
test("a release is not given up for the time in which Git did not let the run prove its claim", async () => {
  const shop = smallShop({ fateOf: () => ({ is: "healthy", startMs: 10_000 }) });
  shop.declare({ web: {} });
  let shut = false;
  const { clock, store } = shop;
  const guarded: StateStore = {
    read: () => store.read(),
    async swap(...asked) {
      if (shut) throw new GitError("not-permitted", "the remote takes no pushes at the moment");
      return await store.swap(...asked);
    },
  };
  const says: string[] = [];
  const run = shop.start({
    store: guarded,
    ttlMs: 4_000,
    crash: async (point) => {
      if (point === "journalled") shut = true;
    },
    onEvent: (event) => void says.push(event.says),
  });
  await clock.advance(100_000);
  expect(shop.world.fleet("web").weights).toEqual({});
  shut = false;
  expect(outcomes(await clock.run(run))).toEqual(["done web r1"]);
  expect(running(shop.world, "web")).toEqual({ r1: 1 });
  expect(says).toContain("holding: Git did not confirm that the claim is still this run's");
});
