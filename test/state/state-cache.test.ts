import { expect, test } from "vitest";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import { digestOf } from "../../src/model/digest.ts";
import type { RefStore } from "../../src/model/ref-store.ts";
import { persistentStateCache } from "../../src/state/state-cache.ts";
import { stateRef, stateStore } from "../../src/state/state-store.ts";
import { record, release } from "../support/builders.ts";

function keptFiles() {
  const files = new Map<string, Buffer>();
  const cache = () =>
    persistentStateCache({
      read: (name) => files.get(name) ?? null,
      write: (name, content) => files.set(name, Buffer.from(content)),
    });
  return { files, cache };
}

/** Counts how many blobs are read. */
function counting(refs: RefStore): RefStore & { reads: number } {
  const counted = {
    reads: 0,
    swap: refs.swap,
    async read(ref: string) {
      const { oid, tree } = await refs.read(ref);
      async function* read(blobs: Iterable<string>) {
        for await (const one of tree.read(blobs)) {
          counted.reads += 1;
          yield one;
        }
      }
      return { oid, tree: { ...tree, read } };
    },
  };
  return counted;
}

let nonces = 0;
const by = () => ({ run: "run-1", nonce: `nonce-${++nonces}` });
const held = {
  release: 2,
  specDigest: "a".repeat(64),
  artifactDigest: "b".repeat(64),
  reason: "why",
  at: "1970-01-01T00:00:00.000Z",
};
const web = record({ releases: [release({ number: 1 }), release({ number: 2, secrets: { KEY: "v1" } })], held });
const api = record({ releases: [release({ service: "api", spec: { name: "Ä \u2028 API" } })] });

async function written() {
  const refs = counting(memoryRefStore());
  const store = stateStore({ refs, environment: "staging" });
  const services = new Map([
    ["web", web],
    ["api", api],
  ]);
  const first = await store.swap(
    null,
    {
      services: new Map([...services, ["old", record({ releases: [release({ service: "old" })] })]]),
      message: "first",
    },
    by(),
  );
  if (first.is !== "won") throw new Error("the first swap should have won");
  const second = await store.swap(first.oid, { services: new Map([["old", null]]), message: "old: gone" }, by());
  if (second.is !== "won") throw new Error("the second swap should have won");
  return { refs, oid: second.oid };
}

test("a new process finds an unchanged state without reading one file of it", async () => {
  const { refs } = await written();
  const { cache } = keptFiles();
  const read = () => stateStore({ refs, environment: "staging", cache: cache() }).read();
  const first = await read();
  expect(refs.reads).toBe(4);
  const again = await read();
  expect(refs.reads).toBe(4);
  expect(again).toEqual(first);
  expect(again.state.gone).toEqual(new Map([["old", 2]]));
  // Specs are read late: whoever copies, hashes or writes a record sees all of it nevertheless.
  expect(digestOf(again.state.services.get("web"))).toBe(digestOf(web));
  expect({ ...again.state.services.get("api")?.releases[0] }).toEqual(api.releases[0]);
});

test("where the tip has moved, only what changed is read, and the rest is taken over", async () => {
  const { refs, oid } = await written();
  const { cache } = keptFiles();
  const read = () => stateStore({ refs, environment: "staging", cache: cache() }).read();
  await read();
  const changed = { ...api, protected: true };
  await stateStore({ refs, environment: "staging" }).swap(
    oid,
    { services: new Map([["api", changed]]), message: "m" },
    by(),
  );
  const before = refs.reads;
  const { state } = await read();
  expect(refs.reads - before).toBe(1);
  expect(state.services.get("api")).toEqual(changed);
  expect(state.services.get("web")).toEqual(web);
  const last = refs.reads;
  expect((await read()).state).toEqual(state);
  expect(refs.reads).toBe(last);
});

test("a record from the cache can be changed and written again", async () => {
  const { refs, oid } = await written();
  const { cache } = keptFiles();
  await stateStore({ refs, environment: "staging", cache: cache() }).read();
  const store = stateStore({ refs, environment: "staging", cache: cache() });
  const { state } = await store.read();
  const cached = state.services.get("web") ?? web;
  const swapped = await store.swap(
    oid,
    { services: new Map([["web", { ...cached, held: null }]]), message: "m" },
    by(),
  );
  expect(swapped.is).toBe("won");
  const fresh = await stateStore({ refs, environment: "staging" }).read();
  expect(fresh.state.services.get("web")).toEqual({ ...web, held: null });
});

test("a damaged, cut, older or foreign cache is as good as none", async () => {
  const { refs } = await written();
  const { files, cache } = keptFiles();
  const expected = await stateStore({ refs, environment: "staging", cache: cache() }).read();
  const [[name, good] = ["", Buffer.alloc(0)]] = files;
  const flipped = (at: number) => Buffer.from(good.map((byte, index) => (index === at ? byte ^ 1 : byte)));
  const damaged = [
    Buffer.alloc(0),
    Buffer.from("nonsense\n"),
    good.subarray(0, good.length - 1),
    Buffer.concat([good, Buffer.from(" ")]),
    ...[3, 22, 30, 100, Math.floor(good.length / 2), good.length - 10].map(flipped),
    Buffer.from(good.toString("utf8").replace("cache 1", "cache 0")),
  ];
  for (const content of damaged) {
    files.set(name, content);
    const before = refs.reads;
    expect(await stateStore({ refs, environment: "staging", cache: cache() }).read()).toEqual(expected);
    expect(refs.reads - before, content.toString("latin1").slice(0, 60)).toBe(4);
  }
  files.set(name, good);
  expect(cache().get(stateRef("production"))).toBeNull();
});
