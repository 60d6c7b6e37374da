import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../src/catalog/load-catalog.ts";
import { loadProject } from "../../src/catalog/load-project.ts";
import { catalogMemo } from "../../src/catalog/memo.ts";
import type { Catalog } from "../../src/model/catalog.ts";
import type { Diagnosed } from "../../src/model/diagnostic.ts";
import { type MemoryFile, memoryTree } from "../support/memory-tree.ts";

const PROJECT = `project: shop
environments:
  development: { target: { kind: local } }
  staging: { target: { kind: local } }
`;
const FILES: Readonly<Record<string, MemoryFile>> = {
  "fairlead.yaml": PROJECT,
  "code/server.js": "",
  "services/orders.yaml": service("orders", "networking: { port: 3000 }\ndependencies: [cache]\nprotected: true\n"),
  "services/cache.yaml": service(
    "cache",
    "previous_id: store\nenvironments: { staging: { runtime: { replicas: 2 } } }\n",
  ),
};
const BROKEN: Readonly<Record<string, MemoryFile>> = {
  ...FILES,
  "services/search.yaml": service("search", "networking: { port: 3000 }\n"),
  "services/tasks.yaml": service("tasks", "health: { endpoint: /health }\n"),
  "services/mail.yaml": "id: mail\nname: [\n",
};

const NAME = "catalog-development.memo";
const CHANGES = "catalog-development.changes.memo";

describe("what is remembered", () => {
  test("is the same catalog, and no file of it is read", async () => {
    const cache = memoryCache();
    const first = await load(FILES, { cache });
    const reads: string[] = [];
    const again = await load(FILES, { cache, reads });
    expect(reads).toEqual([]);
    expect(plain(again)).toEqual(plain(first));
    expect(plain(again)).toEqual(plain(await load(FILES)));
    expect(again.value.services.get("cache")?.previousId).toBe("store");
  });

  test("knows where everything stands", async () => {
    const cache = memoryCache();
    await load(FILES, { cache });
    const { value } = await load(FILES, { cache });
    expect(value.services.get("orders")?.rangeOf("networking.port")).toEqual({
      file: "services/orders.yaml",
      start: { line: 6, column: 21, offset: 102 },
      end: { line: 6, column: 25, offset: 106 },
    });
  });

  test("still says what is wrong: in a file, between files, and which files are broken", async () => {
    const cache = memoryCache();
    const first = await load(BROKEN, { cache });
    expect(first.diagnostics.map(({ code }) => code)).toEqual(["yaml-syntax", "port-collision", "health-unreachable"]);
    const again = await load(BROKEN, { cache });
    expect(again.diagnostics).toEqual(first.diagnostics);
    expect([...again.value.broken]).toEqual(["mail"]);
  });

  test("is one file an environment, written only where something has changed", async () => {
    const cache = memoryCache();
    await load(FILES, { cache });
    await load(FILES, { cache, environment: "staging" });
    expect([...cache.files.keys()]).toEqual(["catalog-development.memo", "catalog-staging.memo"]);
    cache.written.length = 0;
    await load(FILES, { cache });
    expect(cache.written).toEqual([]);
  });

  test("of few changed files stands in a small file beside the whole, which is left alone", async () => {
    const cache = memoryCache();
    await load(FILES, { cache });
    cache.written.length = 0;
    const changed = { ...FILES, "services/cache.yaml": service("cache", "runtime: { replicas: 3 }\n") };
    const added = { ...changed, "services/added.yaml": service("added") };
    await load(changed, { cache });
    await load(added, { cache });
    expect(cache.written).toEqual([CHANGES, CHANGES]);
    const reads: string[] = [];
    const { value } = await load(added, { cache, reads });
    expect(reads).toEqual([]);
    expect(plain({ value, diagnostics: [] })).toEqual(plain(await load(added)));
    expect(cache.written).toHaveLength(2);
  });

  test("of changes counts beside the whole that it was written for alone", async () => {
    const cache = memoryCache();
    const changed = { ...FILES, "services/cache.yaml": service("cache", "runtime: { replicas: 3 }\n") };
    await load(FILES, { cache });
    await load(changed, { cache });
    const changes = cache.files.get(CHANGES) ?? Buffer.alloc(0);
    const { "services/cache.yaml": _, ...fewer } = FILES;
    await load(fewer, { cache });
    await load(FILES, { cache });
    cache.files.set(CHANGES, changes);
    const reads: string[] = [];
    await load(changed, { cache, reads });
    expect(reads).toHaveLength(1);
  });

  test("of many changed files is the whole, written again", async () => {
    const many = (more: string) => ({
      ...FILES,
      ...Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`services/s${n}.yaml`, service(`s${n}`, more)])),
    });
    const cache = memoryCache();
    await load(many(""), { cache });
    await load(many("protected: true\n"), { cache });
    expect(cache.written).toEqual([NAME, NAME]);
  });

  test("is asked for under the names of environments alone", async () => {
    const cache = memoryCache();
    await load(FILES, { cache, environment: "../../etc/passwd" });
    expect(cache.written).toEqual([]);
  });
});

describe("what has changed", () => {
  test("is compiled again, and nothing else is read", async () => {
    const cache = memoryCache();
    await load(FILES, { cache });
    const changed = { ...FILES, "services/cache.yaml": service("cache", "runtime: { replicas: 3 }\n") };
    const reads: string[] = [];
    const { value } = await load(changed, { cache, reads });
    expect(reads).toHaveLength(1);
    expect(value.services.get("cache")?.spec.runtime.replicas).toBe(3);
    expect(plain(await load(changed, { cache }))).toEqual(plain(await load(changed)));
  });

  test("in what the rules between files look at has them asked again", async () => {
    const cache = memoryCache();
    await load(FILES, { cache });
    const collides = { ...FILES, "services/cache.yaml": service("cache", "networking: { port: 3000 }\n") };
    expect((await load(collides, { cache })).diagnostics.map(({ code }) => code)).toEqual(["port-collision"]);
    expect((await load(collides, { cache })).diagnostics.map(({ code }) => code)).toEqual(["port-collision"]);
    expect((await load(FILES, { cache })).diagnostics).toEqual([]);
  });

  test("by a file's going has what depended on it reported", async () => {
    const cache = memoryCache();
    await load(FILES, { cache });
    const { "services/cache.yaml": _, ...without } = FILES;
    expect((await load(without, { cache })).diagnostics.map(({ code }) => code)).toEqual(["dependency-missing"]);
  });

  test("by a file's being replaced by another of the same size has what depended on it reported", async () => {
    const cache = memoryCache();
    await load(FILES, { cache });
    const { "services/cache.yaml": _, ...without } = FILES;
    const other = { ...without, "services/other.yaml": service("other") };
    expect((await load(other, { cache })).diagnostics.map(({ code }) => code)).toEqual(["dependency-missing"]);
  });

  test.each([
    ["the project", { files: { ...FILES, "fairlead.yaml": PROJECT.replace("shop", "other") } }],
    ["the project's defaults", { files: { ...FILES, "fairlead.yaml": `${PROJECT}defaults: { owner: us }\n` } }],
    ["whether conditions are checked", { files: FILES, checkCondition: () => null }],
  ])("is %s: then everything is compiled again", async (_, { files, ...more }) => {
    const cache = memoryCache();
    await load(FILES, { cache });
    const reads: string[] = [];
    const { value } = await load(files, { cache, reads, ...more });
    expect(reads.length).toBeGreaterThanOrEqual(2);
    expect(plain({ value, diagnostics: [] })).toEqual(plain(await load(files)));
  });

  test("of the code alone, a template's version or a source, is found without reading a service", async () => {
    const cache = memoryCache();
    const first = await load(FILES, { cache });
    const reads: string[] = [];
    const { value } = await load({ ...FILES, "code/server.js": "// new" }, { cache, reads });
    expect(reads).toEqual([]);
    expect(value.services.get("orders")?.artifactDigest).not.toBe(first.value.services.get("orders")?.artifactDigest);
  });
});

describe("a cache file that cannot be used is as good as none", () => {
  const damages: readonly (readonly [string, (file: Buffer) => Buffer])[] = [
    ["empty", () => Buffer.alloc(0)],
    ["cut off", (file) => file.subarray(0, file.length - 10)],
    ["cut off in its head", (file) => file.subarray(0, 30)],
    ["with one bit turned in a text", (file) => flipped(file, file.length - 5)],
    ["with one bit turned in its index", (file) => flipped(file, 300)],
    ["of another program", () => Buffer.from('{"some": "JSON"}\n{}')],
    [
      "of another version",
      (file) => Buffer.from(file.toString("latin1").replace(/"key":"..../, '"key":"0000'), "latin1"),
    ],
    ["null", () => Buffer.from("null\nnull")],
    ["with more behind it", (file) => Buffer.concat([file, Buffer.from("x")])],
  ];
  test.each(damages)("%s", async (_, damage) => {
    const cache = memoryCache();
    const first = await load(FILES, { cache });
    cache.files.set(NAME, damage(cache.files.get(NAME) ?? Buffer.alloc(0)));
    const reads: string[] = [];
    const again = await load(FILES, { cache, reads });
    expect(reads).toHaveLength(2);
    expect(plain(again)).toEqual(plain(first));
    expect(cache.written).toEqual([NAME, NAME]);
  });
});

function service(id: string, more = ""): string {
  return `id: ${id}\nname: Äpfel & ${id}\ntype: api\ncommand: [node, server.js]\nsource: code\n${more}`;
}

function memoryCache() {
  const files = new Map<string, Buffer>();
  const written: string[] = [];
  return {
    files,
    written,
    memo: catalogMemo({
      read: (name) => files.get(name) ?? null,
      write: (name, content) => {
        written.push(name);
        files.set(name, Buffer.from(content));
      },
    }),
  };
}

async function load(
  files: Readonly<Record<string, MemoryFile>>,
  options: {
    readonly cache?: ReturnType<typeof memoryCache>;
    readonly environment?: string;
    readonly reads?: string[];
    readonly checkCondition?: () => null;
  } = {},
): Promise<Diagnosed<Catalog>> {
  const { value: project } = await loadProject(memoryTree(files));
  const { cache, environment = "development", reads, checkCondition } = options;
  return await loadCatalog({
    tree: memoryTree(files, reads ? { reads } : {}),
    project,
    environment,
    templates: new Map(),
    commit: null,
    dirty: true,
    ...(cache ? { memo: cache.memo } : {}),
    ...(checkCondition ? { checkCondition } : {}),
  });
}

/** A catalog's data, with specs and some positions, for comparing. */
function plain({ value }: Diagnosed<Catalog>): unknown {
  return [...value.services.values()].map(
    ({ id, spec, specDigest, artifact, artifactDigest, previousId, file, blob, dependencies, ...rest }) => ({
      ...{ id, spec, specDigest, artifact, artifactDigest, previousId, file, blob, dependencies },
      protected: rest.protected,
    }),
  );
}

function flipped(file: Buffer, at: number): Buffer {
  const copy = Buffer.from(file);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
