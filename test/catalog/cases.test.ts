import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { validateRepository } from "../../src/catalog/validate-repository.ts";
import { renderText } from "../../src/diagnostics/render-text.ts";
import { templateProblem } from "../../src/notify/webhook-template.ts";
import { checkCondition } from "../../src/probes/condition-syntax.ts";
import { type MemoryFile, memoryTree } from "../support/memory-tree.ts";

/**
 * What people read when something is wrong. A case is one text file: a sentence, the files of a repository, and the whole
 * output. `UPDATE_CASES=1` writes the output anew; look at the difference before committing it.
 *
 *     === services/a.yaml                a file with what follows
 *     === services/a.yaml -> ../x        a symbolic link
 *     === services/a.yaml base64         a file with these bytes
 *     === services/a.yaml 20 MB of #     a large file
 */
const folder = join(import.meta.dirname, "..", "cases", "catalog");
const EXPECTED = "\n=== expected\n";

describe("validate says", () => {
  for (const name of readdirSync(folder).sort()) {
    test(name.replace(/\.txt$/, "").replaceAll("-", " "), async () => {
      const path = join(folder, name);
      const [input = "", expected] = readFileSync(path, "utf8").split(EXPECTED);
      const { diagnostics } = await validateRepository({
        tree: memoryTree(filesOf(input)),
        templates: new Map([["express", "1.0.0"]]),
        checkCondition,
        checkTemplate: templateProblem,
      });
      const output = renderText(diagnostics, { color: false, width: 100 });
      if (process.env["UPDATE_CASES"]) writeFileSync(path, `${input}${EXPECTED}${output}`);
      else expect(output).toBe(expected);
    });
  }
});

function filesOf(input: string): Record<string, MemoryFile> {
  const files: Record<string, MemoryFile> = {};
  const [, ...sections] = `\n${input}\n`.split(/\n=== /);
  for (const section of sections) {
    const [head = "", ...lines] = section.split("\n");
    const [path = "", ...how] = head.split(" ");
    const body = lines.join("\n");
    if (how[0] === "->") files[path] = { link: how[1] ?? "" };
    else if (how[0] === "base64") files[path] = Buffer.from(body, "base64");
    else if (how[1] === "MB") files[path] = "#".repeat(Number(how[0]) * 1_000_000);
    else files[path] = body.endsWith("\n") ? body : `${body}\n`;
  }
  return files;
}
