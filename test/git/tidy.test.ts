import { expect, test } from "vitest";
import { localRefStore } from "../../src/git/local-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import { tidy } from "../../src/git/tidy.ts";
import { BARE_ENVIRONMENT, git, gitFolder } from "../support/git-folder.ts";

const REF = "refs/fairlead/health";

test.each([
  ["more than the user allows is packed", "1", true],
  ["less than that is left alone", "6700", false],
  ["a user who wants no tidying has none", "0", false],
])("loose objects: %s", async (_, auto, isPacked) => {
  // Git estimates by one folder of its object store: fewer objects would be a matter of luck.
  const folder = gitFolder(Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`many/${n}.txt`, `${n}\n`])));
  git(folder, "config", "gc.auto", auto);
  const repository = await openRepository(folder, BARE_ENVIRONMENT);
  const refs = localRefStore(repository);
  const put = new Map([["a.json", Buffer.from("{}\n")]]);
  await refs.swap({ ref: REF, expected: null, put, parent: "expected", nonce: "1", message: "m" });
  const { oid } = await refs.read(REF);
  const loose = (): number => Number(git(folder, "count-objects").split(" ")[0]);
  const before = loose();
  expect(before).toBeGreaterThan(2_000);
  await tidy(repository);
  if (isPacked) expect(loose()).toBeLessThan(50);
  else expect(loose()).toBe(before);
  expect((await refs.read(REF)).oid).toBe(oid);
  git(folder, "fsck", "--strict");
  await repository.close();
});
