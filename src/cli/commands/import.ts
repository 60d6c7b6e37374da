import { lstat, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { credentialShape, namesCredential } from "../../catalog/mask-credentials.ts";
import { escapeTerminal } from "../../diagnostics/escape-terminal.ts";
import { labelOf } from "../../imports/ids.ts";
import type { Entry, Imported } from "../../imports/imported.ts";
import { keysAsYaml, missingKeys, projectFile } from "../../imports/project-file.ts";
import { TOOLS } from "../../imports/tools.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { checkCondition } from "../../probes/condition-syntax.ts";
import { editService } from "../../scaffold/edit-service.ts";
import { writeFiles } from "../../scaffold/write-files.ts";
import { declaredRetention } from "../declared-retention.ts";
import { everyProblem } from "../every-problem.ts";
import type { Face } from "../face.ts";
import { importDays } from "../import-days.ts";
import { importSource } from "../import-source.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";

const PROJECT_FILE = "fairlead.yaml";

interface Options {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly history?: boolean;
  readonly environment: string;
}

/** `fairlead import TOOL PATH`: another tool's files as services and incidents, with a report. Overwrites nothing unless told. */
export async function importFrom(
  face: Face,
  options: Options,
  [name = "", path = ""]: readonly string[],
): Promise<number> {
  const { terminal } = face;
  const tool = TOOLS.get(name);
  if (tool === undefined) return refuse(terminal, [toolUnknown(name)]);
  const source = await importSource(resolve(face.directory, path), tool.wants);
  if (!isUsable(source.diagnostics)) return refuse(terminal, source.diagnostics);
  const imported = tool.read({
    files: source.value,
    now: face.clock.now(),
    namesCredential,
    looksLikeCredential: (text) => credentialShape(text) !== null,
    checkCondition,
  });
  const workspace = await openWorkspace(face);
  try {
    const plan = await planOf(workspace.repository.root, imported, options);
    const { refused } = plan;
    if (!terminal.json) showReport(terminal, tool.title, imported.report);
    const outcome =
      options.dryRun || refused.length > 0 ? { diagnostics: refused, valid: null } : await write(face, workspace, plan);
    const wrote =
      !options.dryRun &&
      isUsable(outcome.diagnostics.filter(({ code }) => code === "file-exists" || code === "file-not-written"));
    const { environment } = options;
    const counted =
      wrote && options.history === true && imported.days.length > 0
        ? await importDays(face, workspace, {
            environment,
            days: imported.days,
            retention: declaredRetention((await workspace.look()).project),
          })
        : { value: null, diagnostics: [] };
    const diagnostics = [...source.diagnostics, ...outcome.diagnostics, ...counted.diagnostics];
    if (terminal.json)
      terminal.result(
        `${JSON.stringify({ tool: name, dry_run: options.dryRun === true, files: plan.paths, written: wrote, valid: outcome.valid, days: { found: imported.days.length, added: counted.value }, fairlead_yaml: plan.leftToDo, report: imported.report, diagnostics }, null, 2)}\n`,
      );
    else {
      showProblems(terminal, diagnostics);
      showEnd(terminal, plan, { wrote, dryRun: options.dryRun === true, valid: outcome.valid });
      if (imported.days.length > 0) terminal.say(historyLine(imported.days.length, counted.value, environment));
    }
    return isUsable(diagnostics) ? 0 : 1;
  } finally {
    await workspace.close();
  }
}

interface Plan {
  readonly root: string;
  /** Files that are not there yet. */
  readonly fresh: ReadonlyMap<string, string>;
  /** Files in whose place others come, with --force. */
  readonly replaced: ReadonlyMap<string, string>;
  readonly paths: readonly string[];
  readonly refused: readonly Diagnostic[];
  /** Keys for the fairlead.yaml that is there, which is left alone; empty where there are none. */
  readonly leftToDo: string;
}

async function planOf(root: string, imported: Imported, { force = false }: Options): Promise<Plan> {
  const fresh = new Map<string, string>();
  const replaced = new Map<string, string>();
  const refused: Diagnostic[] = [];
  for (const { path, text } of [...imported.services, ...imported.incidents]) {
    const there = await lstat(join(root, path)).catch(() => null);
    if (there === null) fresh.set(path, text);
    else if (force && there.isFile()) replaced.set(path, text);
    else refused.push(fileExists(path, there.isFile()));
  }
  const project = await readFile(join(root, PROJECT_FILE), "utf8").catch(() => null);
  let leftToDo = "";
  if (project === null)
    fresh.set(PROJECT_FILE, projectFile(labelOf(basename(root)) || "status", imported.project, imported.remarks));
  else {
    const missing = missingKeys(project, imported.project);
    if (force && missing.length > 0) {
      const edited = editService(project, missing);
      if (edited.value === null) refused.push(...edited.diagnostics);
      else if (edited.value !== project) replaced.set(PROJECT_FILE, edited.value);
    } else if (missing.length > 0) leftToDo = keysAsYaml(imported.project);
  }
  return { root, fresh, replaced, paths: [...fresh.keys(), ...replaced.keys()].sort(), refused, leftToDo };
}

/** Writes everything and checks it as `fairlead validate` does. */
async function write(
  face: Face,
  workspace: Workspace,
  { root, fresh, replaced, paths }: Plan,
): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly valid: boolean | null }> {
  const written = await writeFiles(root, fresh);
  if (!isUsable(written.diagnostics)) return { diagnostics: written.diagnostics, valid: null };
  for (const [path, text] of replaced) {
    const problem = await replaceFile(join(root, path), path, text);
    if (problem !== null) return { diagnostics: [problem], valid: null };
  }
  const { diagnostics } = await everyProblem(face, workspace);
  const ours = diagnostics.filter(({ range }) => range === undefined || paths.includes(range.file));
  return { diagnostics: ours, valid: isUsable(ours) };
}

/** All of the new text or all of the old, whatever happens meanwhile. */
async function replaceFile(file: string, path: string, text: string): Promise<Diagnostic | null> {
  try {
    await writeFile(`${file}.new`, text, { flag: "wx" });
    await rename(`${file}.new`, file);
    return null;
  } catch (error) {
    await rm(`${file}.new`, { force: true });
    return {
      code: "file-not-written",
      severity: "error",
      summary: `\`${path}\` could not be written: ${(error as Error).message}`,
      hint: "free some disk space, or make the folder writable; then import again",
    };
  }
}

function showReport(terminal: Terminal, title: string, report: readonly Entry[]): void {
  const groups = [
    ["left-out", "Left out", "-", "red"],
    ["changed", "Changed", "~", "yellow"],
    ["carried", "Carried over", "+", "green"],
  ] as const;
  for (const [outcome, heading, mark, color] of groups) {
    const entries = report.filter((entry) => entry.outcome === outcome);
    if (entries.length === 0) continue;
    terminal.say(terminal.style("bold", `${heading} (${entries.length})`));
    for (const { what, from, to, why } of entries) {
      const where = to === null ? from : `${from} → ${to}`;
      terminal.say(
        `${terminal.style(color, mark)} ${escapeTerminal(what)}  ${terminal.style("dim", escapeTerminal(where))}`,
      );
      if (why !== "") terminal.say(`    ${escapeTerminal(why)}`);
    }
    terminal.say("");
  }
  if (report.length === 0) terminal.say(`Nothing of ${title} was found.`);
}

function showEnd(
  terminal: Terminal,
  { paths, leftToDo }: Plan,
  { wrote, dryRun, valid }: { readonly wrote: boolean; readonly dryRun: boolean; readonly valid: boolean | null },
): void {
  if (leftToDo !== "")
    terminal.say(
      `${PROJECT_FILE} is there and left alone; \`--force\` adds what it does not say yet of this:\n\n${leftToDo.trimEnd().replace(/^/gm, "  ")}\n`,
    );
  const files = `${paths.length} ${paths.length === 1 ? "file" : "files"}`;
  if (dryRun) {
    for (const path of paths) terminal.say(`  ${path}`);
    terminal.say(`Nothing was written: without \`--dry-run\` it would be ${files}.`);
  } else if (!wrote) terminal.say("Nothing was written.");
  else {
    const verdict = valid === true ? "all of them are valid" : "not all of them are valid: see above";
    terminal.say(`${terminal.style("green", "✓")} ${files} written; ${verdict}. Look them over, then commit them.`);
  }
}

function historyLine(found: number, added: number | null, environment: string): string {
  const days = `${found} ${found === 1 ? "day" : "days"}`;
  if (added === null)
    return `History of ${days} was found: \`--history\` puts it into the health history of ${environment}.`;
  return `History: ${added} of ${days} added to ${environment}; those that were counted already stay as they are.`;
}

function toolUnknown(name: string): Diagnostic {
  return {
    code: "import-tool-unknown",
    severity: "error",
    summary: `\`${name}\` is no tool whose files can be imported`,
    hint: `one of: ${[...TOOLS.keys()].join(", ")}`,
  };
}

function fileExists(path: string, isFile: boolean): Diagnostic {
  return {
    code: "file-exists",
    severity: "error",
    summary: isFile ? `\`${path}\` is there already` : `\`${path}\` is there already, and is no ordinary file`,
    detail: "Nothing was written.",
    hint: isFile ? "move it away, or let --force put the imported file in its place" : "move it away",
  };
}
