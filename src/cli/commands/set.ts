import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { remoteBranches } from "../../git/branches.ts";
import { overlaidTree } from "../../git/overlaid-tree.ts";
import type { ServiceId } from "../../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../../model/diagnostic.ts";
import { digestOf } from "../../model/digest.ts";
import { editService, type FieldEdit, fieldEdit } from "../../scaffold/edit-service.ts";
import { declaredFile } from "../declared-file.ts";
import type { Face } from "../face.ts";
import { problemsOfChange } from "../problems-of-change.ts";
import { type MakeChange, publishChange } from "../publish-change.ts";
import { proposeHere } from "../pull-request-here.ts";
import { refuse } from "../show-diagnostics.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";

export interface SetOptions {
  /** Writes into this environment's overlay. */
  readonly environment?: string;
  readonly push?: boolean;
  readonly pullRequest?: boolean;
  readonly branch?: string;
}

/** What is to be set, of which service. */
interface Wanted {
  readonly service: ServiceId;
  readonly edits: readonly FieldEdit[];
}

/**
 * `fairlead set ID PATH=VALUE…`: sets fields of a service's file and leaves every other byte alone. In the working folder; or, with
 * `--push` or `--pull-request`, on the remote, without a checkout: the way in for a new image from another repository's pipeline.
 */
export async function set(face: Face, options: SetOptions, args: readonly string[]): Promise<number> {
  const { terminal } = face;
  const [service = "", ...assignments] = args;
  const parsed = assignments.map(fieldEdit);
  const unreadable = parsed.flatMap(({ diagnostics }) => diagnostics);
  if (unreadable.length > 0) return refuse(terminal, unreadable);
  const above = options.environment === undefined ? [] : ["environments", options.environment];
  const edits = parsed.flatMap(({ value }) => (value === null ? [] : [{ ...value, path: [...above, ...value.path] }]));
  const workspace = await openWorkspace(face);
  try {
    const isShared = options.push || options.pullRequest || options.branch !== undefined;
    const wanted = { service, edits };
    return isShared ? await setOnRemote(face, workspace, wanted, options) : await setHere(terminal, workspace, wanted);
  } finally {
    await workspace.close();
  }
}

async function setHere(terminal: Terminal, workspace: Workspace, { service, edits }: Wanted): Promise<number> {
  const look = await workspace.look();
  const file = await declaredFile(workspace, look, service);
  if (file.value === null) return refuse(terminal, file.diagnostics);
  const path = join(workspace.repository.root, file.value);
  const text = readFileSync(path, "utf8");
  const edited = editService(text, edits);
  if (edited.value === null) return refuse(terminal, inFile(edited.diagnostics, file.value));
  if (edited.value === text) return nothingToDo(terminal, service);
  const content = Buffer.from(edited.value);
  const after = overlaidTree(look.tree, new Map([[file.value, content]]), workspace.repository.objectFormat);
  const files = new Set([file.value]);
  const problems = await problemsOfChange(workspace, { before: look.tree, after, files });
  if (problems.length > 0) return refuse(terminal, problems);
  try {
    writeFileSync(path, content);
  } catch (error) {
    return refuse(terminal, [notWritten(file.value, error)]);
  }
  terminal.say(`${terminal.style("green", "✓")} ${inWords(service, edits)} in ${file.value}`);
  if (terminal.json) terminal.result(`${JSON.stringify({ service, changed: true, file: file.value })}\n`);
  return 0;
}

async function setOnRemote(face: Face, workspace: Workspace, wanted: Wanted, options: SetOptions): Promise<number> {
  const { terminal } = face;
  const { service, edits } = wanted;
  const remote = await workspace.repository.defaultRemote();
  if (remote === null) return refuse(terminal, [noRemote()]);
  // Named for what is set, then for the value: a newer value of the same is known to replace an older one.
  const about = `fairlead/set-${service}-${digestOf(edits.map(({ path }) => path)).slice(0, 8)}`;
  const own = `${about}-${digestOf(edits).slice(0, 8)}`;
  const isSame = (other: string): boolean =>
    other !== own && other.startsWith(about) && /^-[0-9a-f]{8}$/.test(other.slice(about.length));
  const branch = options.branch ?? (options.pullRequest ? own : null);
  const branches = remoteBranches(workspace.repository, remote);
  const published = await publishChange(
    workspace,
    { branches, branch, nonce: face.nonce },
    changeOf(workspace, wanted),
  );
  if (published.is === "refused") return refuse(terminal, published.diagnostics);
  if (published.is === "unchanged") return nothingToDo(terminal, service);
  const { oid, base } = published;
  const where = branch ?? base.replace("refs/heads/", "");
  terminal.say(
    published.is === "there"
      ? `The branch ${where} has it already.`
      : `${terminal.style("green", "✓")} ${inWords(service, edits)}: ${oid.slice(0, 12)} on ${where} of ${remote}`,
  );
  const title = inWords(service, edits);
  const body = "Made by `fairlead set`.";
  const proposed =
    options.pullRequest && branch !== null
      ? await proposeHere(face, workspace, {
          remote,
          branch,
          base,
          title,
          body,
          ...(branch === own ? { replaces: isSame } : {}),
        })
      : null;
  if (proposed !== null) terminal.say(proposed.url === null ? proposed.says : `${proposed.says}: ${proposed.url}`);
  if (terminal.json) {
    const changed = published.is === "published";
    const result = { service, changed, commit: oid, branch: where, ...(proposed ? { url: proposed.url } : {}) };
    terminal.result(`${JSON.stringify(result)}\n`);
  }
  return 0;
}

/** The edit on whatever commit it is asked for. */
function changeOf(workspace: Workspace, { service, edits }: Wanted): MakeChange {
  return async (look) => {
    const file = await declaredFile(workspace, look, service);
    if (file.value === null) return { value: null, diagnostics: file.diagnostics };
    const blob = (await look.tree.idAt(file.value)) ?? "";
    let text = "";
    for await (const { content } of look.tree.read([blob])) text = Buffer.from(content).toString("utf8");
    const edited: Diagnosed<string | null> = editService(text, edits);
    if (edited.value === null) return { value: null, diagnostics: inFile(edited.diagnostics, file.value) };
    if (edited.value === text) return { value: null, diagnostics: [] };
    const put = new Map([[file.value, Buffer.from(edited.value)]]);
    return { value: { put, message: inWords(service, edits) }, diagnostics: [] };
  };
}

/** `Set runtime.replicas of stock to 3`, or the names of the fields where there are several. */
function inWords(service: ServiceId, edits: readonly FieldEdit[]): string {
  const [first, ...others] = edits.map(({ path }) => path.join("."));
  if (others.length === 0) return `Set ${first} of ${service} to ${(edits[0]?.value ?? "").slice(0, 120)}`;
  return `Set ${[first, ...others].join(", ")} of ${service}`;
}

function nothingToDo(terminal: Terminal, service: ServiceId): number {
  terminal.say(`Nothing to do: ${service} says so already.`);
  if (terminal.json) terminal.result(`${JSON.stringify({ service, changed: false })}\n`);
  return 0;
}

function inFile(diagnostics: readonly Diagnostic[], file: string): readonly Diagnostic[] {
  return diagnostics.map((one) => ({ ...one, detail: `It is about ${file}.` }));
}

function noRemote(): Diagnostic {
  return {
    code: "git-no-remote",
    severity: "error",
    summary: "there is no remote to push to",
    hint: "add one (`git remote add origin URL`), or leave --push and --pull-request out to edit the file here",
  };
}

function notWritten(file: string, error: unknown): Diagnostic {
  const summary = `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
  return { code: "file-not-written", severity: "error", summary };
}
