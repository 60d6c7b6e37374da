import { join } from "node:path";
import { expect, test } from "vitest";
import { CASES, caseFiles, imports, NAMES, shown } from "./importing.ts";

/*
 * Golden cases: a folder as the tool has it, and what becomes of it with the whole report. `vitest -u` writes the expected
 * texts anew: look at the difference.
 */
test.each(NAMES)("%s: every thing is carried over, changed or left out, with a reason", async (tool) => {
  await expect(shown(imports(tool, caseFiles(tool)))).toMatchFileSnapshot(join(CASES, `${tool}.expected.txt`));
});
