import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readFrontMatter } from "../../src/catalog/read-front-matter.ts";
import { renderText } from "../../src/diagnostics/render-text.ts";
import { readWrittenIncidents } from "../../src/incidents/written-incidents.ts";
import { memoryTree } from "../support/memory-tree.ts";

/**
 * What people read when something is wrong with a file in `incidents/`, or what it was understood as. A case is one text file:
 * files, a divider, the whole output. `UPDATE_CASES=1` writes the output anew; look at the difference before committing it.
 */
const folder = join(import.meta.dirname, "..", "cases", "incidents");
const EXPECTED = "\n=== expected\n";
const SERVICES = new Set(["orders-api", "orders-db", "web"]);
const NOW = Date.UTC(2026, 10, 24, 12);

const read = (files: Readonly<Record<string, string>>) =>
  readWrittenIncidents({ tree: memoryTree(files), services: SERVICES, readFrontMatter, now: NOW });

describe("front matter of incidents", () => {
  for (const name of readdirSync(folder).sort()) {
    test(name.replace(/\.txt$/, "").replaceAll("-", " "), async () => {
      const path = join(folder, name);
      const [input = "", expected] = readFileSync(path, "utf8").split(EXPECTED);
      const { value, diagnostics } = await read(filesOf(input));
      const { files: _, ...understood } = value;
      const output = `${renderText(diagnostics, { color: false, width: 100 })}\n${JSON.stringify(understood, null, 2)}\n`;
      if (process.env["UPDATE_CASES"]) writeFileSync(path, `${input}${EXPECTED}${output}`);
      else expect(output).toBe(expected);
    });
  }
});

test("every key of a YAML trap, a binary file or a link ends in a diagnostic, never in an exception", async () => {
  const hostile = [
    "---\n&a [*a]\n---\n",
    "---\n__proto__: {title: x}\n---\n",
    "---\n- 1\n---\n",
    "---\n---\n",
    "---",
    "\u0000\u0001",
    `---\n${"[".repeat(200)}\n---\n`,
    "---\ntitle: [1, 2\n---\n",
    "---\nmaintenance: {start: 2026-11-29T02:00Z, duration: 1h, repeat: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', time_zone: UTC}\ntitle: x\n---\n",
  ];
  for (const text of hostile) {
    const { value, diagnostics } = await read({ "incidents/a.md": text });
    if (value.maintenance.length === 0) expect(diagnostics, JSON.stringify(text)).not.toEqual([]);
  }
});

function filesOf(input: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const section of `\n${input}`.split(/\n=== /).slice(1)) {
    const [path = "", ...lines] = section.split("\n");
    files[path] = `${lines.join("\n")}\n`;
  }
  return files;
}
