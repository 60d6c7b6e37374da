import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { loadCatalog } from "../../src/catalog/load-catalog.ts";
import type { Catalog } from "../../src/model/catalog.ts";
import { emptyState } from "../../src/model/state.ts";
import { renderText } from "../../src/plan/render-text.ts";
import { safetyGate } from "../../src/plan/safety-gate.ts";
import { project } from "../support/builders.ts";
import { type MemoryFile, memoryTree } from "../support/memory-tree.ts";
import { applied, planOf } from "./planning.ts";

/*
 * Golden cases: what is recorded, what is declared, a divider each, and the plan as it is shown. Services stand as in their
 * files, by id; `code` is what their source folder holds. `vitest -u` writes the plans anew: look at the difference.
 */
const folder = join(import.meta.dirname, "..", "cases", "plan");

for (const file of readdirSync(folder).sort()) {
  const text = readFileSync(join(folder, file), "utf8");
  const [head = "", recorded = "", declared = ""] = text.split(/^--- (?:recorded|declared|plan)\n/m);
  const title = head.trim().split("\n")[0]?.replace(/^# /, "") ?? file;

  test(title, async () => {
    const {
      environment = "development",
      destroy = [],
      width = 100,
    } = (/^\w/m.test(head) ? load(head) : {}) as Settings;
    const before = await catalogFrom(recorded, environment);
    const now = await catalogFrom(declared, environment);
    const allowDestroy = new Set(destroy);
    const state = applied(before, emptyState(environment), SECRETS);
    const { plan, diagnostics } = planOf(now, state, { ...SECRETS, allowDestroy });
    const gate = safetyGate(plan, { project, environment, recordedCount: state.services.size, allowDestroy });
    const shown = renderText(plan, { color: false, width, diagnostics });
    const problems = [...diagnostics, ...gate].map(
      ({ severity, code, summary }) => `${severity}[${code}]: ${summary}\n`,
    );
    const whole = [head, "--- recorded\n", recorded, "--- declared\n", declared, "--- plan\n", shown, ...problems].join(
      "",
    );
    await expect(whole).toMatchFileSnapshot(join(folder, file));
  });
}

interface Settings {
  readonly environment?: string;
  readonly destroy?: readonly string[];
  readonly width?: number;
}

const SECRETS = { secretVersions: () => ({ DATABASE_URL: "5f2a90c1", MAIL_TOKEN: "77b1e0aa" }) };

async function catalogFrom(yaml: string, environment: string): Promise<Catalog> {
  const services = (load(yaml) ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const files: Record<string, MemoryFile> = {};
  for (const [id, { code = "v1", ...own }] of Object.entries(services)) {
    const runs = own["template"] ?? own["image"] ?? own["external"];
    const source = runs === undefined ? { command: ["node", "server.js"], source: `code/${id}` } : {};
    files[`code/${id}/server.js`] = String(code);
    files[`services/${id}.yaml`] = JSON.stringify({ id, name: id, type: "api", ...source, ...own });
  }
  const templates = new Map([["express", "1"]]);
  const loaded = await loadCatalog({
    tree: memoryTree(files),
    project,
    environment,
    templates,
    commit: null,
    dirty: true,
  });
  const errors = loaded.diagnostics.filter(({ severity }) => severity === "error");
  expect(errors).toEqual([]);
  return loaded.value;
}
