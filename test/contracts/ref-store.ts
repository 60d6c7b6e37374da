import { describe, expect, test } from "vitest";
import type { Oid } from "../../src/model/basics.ts";
import type { RenewingRefStore } from "../../src/model/ref-store.ts";
import type { Tree } from "../../src/model/tree.ts";

const REF = "refs/heads/fairlead-state/staging";
/** How often a writer may lose in a row before the test calls it starved. */
const ATTEMPTS_MAX = 200;

let nonces = 0;
const nonce = (): string => `nonce-${process.pid}-${++nonces}`;

/**
 * What every RefStore keeps. `make` gives a fresh world, in which each `open` is another actor: another clone, another
 * machine. `ancestors` lists the commits of a ref from its tip; null where history is not kept.
 */
export function refStoreContract(
  name: string,
  make: () => Promise<{ open(): Promise<RenewingRefStore>; ancestors(ref: string): readonly Oid[] | null }>,
  race: { readonly writers: number; readonly swaps: number } = { writers: 3, swaps: 4 },
): void {
  describe(`${name} is a RefStore`, () => {
    test("a ref that does not exist has no id and an empty tree", async () => {
      const store = await (await make()).open();
      const { oid, tree } = await store.read(REF);
      expect(oid).toBeNull();
      expect(await filesOf(tree)).toEqual({});
    });

    test("what one writes another reads; what a swap does not name stays", async () => {
      const world = await make();
      const [one, other] = [await world.open(), await world.open()];
      const first = await put(one, null, { "a/one.json": "1", "b.json": "b", 'odd "name\\.json': "odd" });
      expect(await filesOf((await other.read(REF)).tree)).toEqual({
        "a/one.json": "1",
        "b.json": "b",
        'odd "name\\.json': "odd",
      });
      const second = await put(other, first, { "a/two.json": "2", "b.json": null, 'odd "name\\.json': null });
      const { oid, tree } = await one.read(REF);
      expect(oid).toBe(second);
      expect(await filesOf(tree)).toEqual({ "a/one.json": "1", "a/two.json": "2" });
    });

    test("a file displaces the folder in its place, and the other way round", async () => {
      const store = await (await make()).open();
      const first = await put(store, null, { "a/b/c.json": "c", x: "x" });
      await put(store, first, { a: "a file", "x/y.json": "y" });
      expect(await filesOf((await store.read(REF)).tree)).toEqual({ a: "a file", "x/y.json": "y" });
    });

    test("a swap on an old tip is a conflict that names the new one and changes nothing", async () => {
      const world = await make();
      const [one, other] = [await world.open(), await world.open()];
      const first = await put(one, null, { "a.json": "1" });
      const second = await put(other, first, { "a.json": "2" });
      expect(await swap(one, first, { "a.json": "3" })).toEqual({ is: "conflict", oid: second });
      expect(await swap(one, null, { "a.json": "4" })).toEqual({ is: "conflict", oid: second });
      expect(await filesOf((await one.read(REF)).tree)).toEqual({ "a.json": "2" });
    });

    test("a swap of a ref that has gone is a conflict with nothing", async () => {
      const store = await (await make()).open();
      const first = await put(store, null, { "a.json": "1" });
      const elsewhere = "refs/heads/fairlead-state/other";
      expect(await swap(store, first, { "a.json": "2" }, { ref: elsewhere })).toEqual({ is: "conflict", oid: null });
    });

    test("of two identical racers in the same second exactly one wins", async () => {
      const world = await make();
      const racers = [await world.open(), await world.open()];
      const first = await put(racers[0] as RenewingRefStore, null, { "a.json": "1" });
      for (const racer of racers) await racer.read(REF);
      const files = { "claim.json": "mine" };
      const results = await Promise.all(racers.map((racer) => swap(racer, first, files, { message: "the same" })));
      expect(results.map(({ is }) => is).sort()).toEqual(["conflict", "won"]);
      const winner = results.find((result) => result.is === "won");
      expect((await (racers[0] as RenewingRefStore).read(REF)).oid).toBe(winner?.is === "won" ? winner.oid : "");
    });

    test("a history may start anew, with everything that was there", async () => {
      const world = await make();
      const store = await world.open();
      const first = await put(store, null, { "a.json": "1", "b.json": "b" });
      const anew = await put(store, first, { "a.json": "2" }, { parent: "none" });
      expect(await filesOf((await store.read(REF)).tree)).toEqual({ "a.json": "2", "b.json": "b" });
      expect(world.ancestors(REF) ?? [anew]).toEqual([anew]);
    });

    test("a history is begun anew and what it was is kept by another ref, both or neither", async () => {
      const world = await make();
      const [one, other] = [await world.open(), await world.open()];
      const ref = "refs/fairlead/kept";
      const first = await put(one, null, { "a.json": "1", "b.json": "b" });
      const renew = (store: RenewingRefStore, expected: Oid, kept: Oid | null) => {
        const files = new Map([["a.json", Buffer.from(`anew after ${expected}`)]]);
        return store.renew({
          ref: REF,
          expected,
          put: files,
          nonce: nonce(),
          message: "Anew",
          keep: { ref, expected: kept },
        });
      };
      await other.read(REF);
      const anew = await renew(one, first, null);
      if (anew.is !== "won") throw new Error(`it should have won: ${JSON.stringify(anew)}`);
      expect(await filesOf((await other.read(REF)).tree)).toEqual({ "a.json": `anew after ${first}`, "b.json": "b" });
      expect(await filesOf((await other.read(ref)).tree)).toEqual({ "a.json": "1", "b.json": "b" });
      expect(world.ancestors(REF) ?? [anew.oid]).toEqual([anew.oid]);
      expect(world.ancestors(ref) ?? [first]).toContain(first);

      const kept = (await other.read(ref)).oid;
      expect((await renew(other, first, kept)).is).toBe("conflict");
      expect((await renew(other, anew.oid, null)).is).toBe("conflict");
      expect([(await one.read(REF)).oid, (await one.read(ref)).oid]).toEqual([anew.oid, kept]);
      expect((await renew(other, anew.oid, kept)).is).toBe("won");
      expect(await filesOf((await one.read(ref)).tree)).toEqual({ "a.json": `anew after ${first}`, "b.json": "b" });
    });

    test("a request that no caller may make is a bug, thrown before anything is written", async () => {
      const store = await (await make()).open();
      for (const path of ["../x", ".git/config", "a//b", "/etc/passwd"])
        await expect(swap(store, null, { [path]: "x" })).rejects.toThrow(TypeError);
      await expect(swap(store, null, { "a.json": "x" }, { ref: "main" })).rejects.toThrow(TypeError);
      expect((await store.read(REF)).oid).toBeNull();
    });

    test(`${race.writers} writers win ${race.swaps} swaps each at the same time, and none is lost`, async () => {
      await writersLoseNothing(await make(), race);
    }, 900_000);
  });
}

/** Each writer raises its own counter and the common one, again and again until it has won `swaps` times. */
async function writersLoseNothing(
  world: { open(): Promise<RenewingRefStore>; ancestors(ref: string): readonly Oid[] | null },
  { writers, swaps }: { readonly writers: number; readonly swaps: number },
): Promise<void> {
  const wins = await Promise.all(
    Array.from({ length: writers }, async (_, index) => {
      const store = await world.open();
      const won: Oid[] = [];
      for (let attempt = 0; won.length < swaps; attempt++) {
        expect(attempt, `writer ${index} is starved`).toBeLessThan(ATTEMPTS_MAX);
        const { oid, tree } = await store.read(REF);
        const files = await filesOf(tree);
        const result = await swap(store, oid, {
          total: String(Number(files["total"] ?? 0) + 1),
          [`writer-${index}`]: String(won.length + 1),
        });
        expect(result.is).not.toBe("unknown");
        if (result.is === "won") won.push(result.oid);
        // Losers stand back for a while, each for another, as every caller of a contended ref should.
        else await new Promise((resolve) => setTimeout(resolve, ((index * 37 + attempt * 101) % 8) * 100));
      }
      return won;
    }),
  );
  const all = wins.flat();
  expect(new Set(all).size).toBe(writers * swaps);
  const { tree } = await (await world.open()).read(REF);
  const files = await filesOf(tree);
  expect(files["total"]).toBe(String(writers * swaps));
  for (let index = 0; index < writers; index++) expect(files[`writer-${index}`]).toBe(String(swaps));
  const ancestors = world.ancestors(REF);
  if (ancestors !== null) expect(new Set(ancestors)).toEqual(new Set(all));
}

type Files = Readonly<Record<string, string | null>>;
type Options = { readonly ref?: string; readonly parent?: "none"; readonly message?: string; readonly nonce?: string };

/** A swap of text files on the contract's ref, with a nonce of its own. */
export function swap(store: Pick<RenewingRefStore, "swap">, expected: Oid | null, files: Files, options: Options = {}) {
  return store.swap({
    ref: options.ref ?? REF,
    expected,
    put: new Map(Object.entries(files).map(([path, text]) => [path, text === null ? null : Buffer.from(text)])),
    parent: options.parent ?? "expected",
    nonce: options.nonce ?? nonce(),
    message: options.message ?? "A swap",
  });
}

/** A swap that has to win; its commit. */
export async function put(
  store: Pick<RenewingRefStore, "swap">,
  expected: Oid | null,
  files: Files,
  options: Options = {},
): Promise<Oid> {
  const result = await swap(store, expected, files, options);
  if (result.is !== "won") throw new Error(`the swap should have won: ${JSON.stringify(result)}`);
  return result.oid;
}

/** All files of a Tree, as text. */
export async function filesOf(tree: Tree): Promise<Record<string, string>> {
  const paths: { readonly path: string; readonly blob: Oid }[] = [];
  for await (const entry of tree.list("")) paths.push(entry);
  const files: Record<string, string> = {};
  let at = 0;
  for await (const { content } of tree.read(paths.map(({ blob }) => blob)))
    files[paths[at++]?.path ?? ""] = Buffer.from(content).toString("utf8");
  return files;
}
