import { describe, expect, test } from "vitest";
import { validateRepository } from "../../src/catalog/validate-repository.ts";
import { memoryTree } from "../support/memory-tree.ts";

const FILES = {
  "fairlead.yaml": "project: shop\nsit: {}\n",
  "services/a.yaml": "id: a\nname: A\ntype: api\nexternal: true\ndependencies: [b]\n",
  "services/b.yaml": "id: b\nname: B\ntype: nothing\n",
  "services/deep/service.yaml": "id: c\nname: C\ntype: api\nexternal: true\nport: 1\n",
};

async function validated(paths?: readonly string[]): Promise<readonly [files: number, ...problems: string[]]> {
  const input = { tree: memoryTree(FILES), templates: new Map<string, string>() };
  const { diagnostics, files } = await validateRepository(paths ? { ...input, paths } : input);
  return [files, ...diagnostics.map(({ code, range }) => `${range?.file ?? ""} ${code}`.trim())];
}

describe("paths limit what is reported, not what is known", () => {
  test("without any, everything is looked at", async () => {
    expect(await validated()).toEqual([
      4,
      "fairlead.yaml key-unknown",
      "services/b.yaml value-unknown",
      "services/deep/service.yaml key-unknown",
    ]);
  });

  test("a file: `a` depends on `b`, which is broken but there", async () => {
    expect(await validated(["services/a.yaml"])).toEqual([1]);
    expect(await validated(["./services/b.yaml"])).toEqual([1, "services/b.yaml value-unknown"]);
  });

  test("a folder, or the top of the repository", async () => {
    expect(await validated(["services/deep/"])).toEqual([1, "services/deep/service.yaml key-unknown"]);
    expect(await validated([""])).toEqual(await validated());
    expect(await validated(["."])).toEqual(await validated());
  });

  test("a path that is no service file is a mistake of its own", async () => {
    const { diagnostics, files } = await validateRepository({
      tree: memoryTree(FILES),
      templates: new Map(),
      paths: ["services/bb.yaml", "../elsewhere"],
    });
    expect(files).toBe(0);
    expect(diagnostics.map(({ summary, hint }) => [summary, hint])).toEqual([
      ["`../elsewhere` is no service file, and holds none", "correct the path, or leave it out to validate everything"],
      ["`services/bb.yaml` is no service file, and holds none", "did you mean `services/b.yaml`?"],
    ]);
  });
});
