import { codeSpan } from "../diagnostics/escape-markdown.ts";
import { escapeTerminal } from "../diagnostics/escape-terminal.ts";
import { localBranches, remoteBranches } from "../git/branches.ts";
import { hasCommit, parentsOf } from "../git/revisions.ts";
import type { Oid, ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { FieldChange } from "../model/plan.ts";
import type { Release } from "../model/state.ts";
import { fieldChanges } from "../plan/field-changes.ts";
import { shownChange } from "../plan/shown-value.ts";
import type { Face } from "./face.ts";
import { lookAtCommit } from "./look-at-commit.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { publishChange } from "./publish-change.ts";
import { proposeHere } from "./pull-request-here.ts";
import { restoredFiles } from "./restored-files.ts";
import { refuse } from "./show-diagnostics.ts";
import { reviewedCommits } from "./vouch.ts";
import type { Look, Workspace } from "./workspace.ts";

/**
 * Puts a commit that makes a service again what a release of it was on a branch of its own, and opens the pull request: Git stays
 * the truth, and what runs follows once it is merged. Returns the exit code.
 */
export async function proposeRollback(
  face: Face,
  workspace: Workspace,
  { environment, release }: { readonly environment: OpenEnvironment; readonly release: Release },
): Promise<number> {
  const { terminal } = face;
  const { repository } = workspace;
  const { service, number } = release;
  const cannot = (why: string, hint?: string): number =>
    refuse(terminal, [notPossible(release, environment.name, why, hint)]);
  if (release.commit === null)
    return cannot("it was made from a working folder, so that no commit has it", "--now brings it back without Git");
  const remote = await repository.defaultRemote();
  const then = await lookThen(workspace, release.commit, remote);
  if (then === null) return cannot(`its commit ${release.commit.slice(0, 12)} is not on the default branch`);
  const catalogThen = (await environment.catalogAt(then)).value;
  const entry = catalogThen.services.get(release.renamedFrom ?? service);
  // State is nobody's word: what is restored is what the commit has, and State has to agree with it.
  if (entry === undefined || entry.artifactDigest !== release.artifactDigest)
    return cannot(`its commit ${release.commit.slice(0, 12)} does not declare it as State records it`);

  const branch = `fairlead/rollback-${service}-r${number}`;
  const branches = remote === null ? localBranches(repository) : remoteBranches(repository, remote);
  const title = `Roll ${service} back to r${number} of ${environment.name}`;
  const message = `${title}\n\nAs ${release.commit} declares it.`;
  const published = await publishChange(workspace, { branches, branch, nonce: face.nonce }, async (look) => {
    const { value: catalog } = await environment.catalogAt(look);
    const now = { entry: catalog.services.get(service), tree: look.tree };
    const files = await restoredFiles(service, { entry, tree: then.tree }, now);
    if (files.value === null) return { value: null, diagnostics: files.diagnostics };
    return { value: files.value.size === 0 ? null : { put: files.value, message }, diagnostics: [] };
  });
  if (published.is === "refused") return refuse(terminal, published.diagnostics);
  if (published.is === "unchanged") {
    terminal.say(`Git declares ${service} as it was in r${number} already: \`fairlead apply\` does the rest.`);
    if (terminal.json) terminal.result(`${JSON.stringify({ service, release: number, changed: false })}\n`);
    return 0;
  }
  const brought = await broughtBack(workspace, environment, { service, oid: published.oid });
  const place = remote === null ? branch : `${branch} of ${remote}`;
  terminal.say(`${terminal.style("green", "✓")} ${title}: ${published.oid.slice(0, 12)} on ${place}`);
  for (const line of inWords(brought)) terminal.say(line);
  if (remote === null) terminal.say(`Merge it: \`git merge ${branch}\``);
  const body = bodyOf(release, environment.name, brought);
  const proposed =
    remote === null ? null : await proposeHere(face, workspace, { remote, branch, base: published.base, title, body });
  if (proposed !== null) terminal.say(proposed.url === null ? proposed.says : `${proposed.says}: ${proposed.url}`);
  if (terminal.json) {
    const fields = brought.changes.map(({ path }) => path.join("."));
    const url = proposed?.url ?? null;
    const { oid: commit } = published;
    const result = { service, release: number, changed: true, commit, branch, url, fields, others: brought.others };
    terminal.result(`${JSON.stringify(result)}\n`);
  }
  return 0;
}

/** Where there is a remote, only what its default branch leads to. */
async function lookThen(workspace: Workspace, commit: Oid, remote: string | null): Promise<Look | null> {
  if (remote !== null) return reviewedCommits(workspace, remote)(commit);
  return (await hasCommit(workspace.repository, commit)) ? lookAtCommit(workspace, commit) : null;
}

interface Brought {
  readonly changes: readonly FieldChange[];
  /** Other services that share restored files, and change with it. Sorted. */
  readonly others: readonly ServiceId[];
}

/** What the commit changes, service by service, in this environment. */
async function broughtBack(
  workspace: Workspace,
  environment: OpenEnvironment,
  { service, oid }: { readonly service: ServiceId; readonly oid: Oid },
): Promise<Brought> {
  const [parent] = await parentsOf(workspace.repository, oid);
  const catalogAt = async (commit: Oid): Promise<Catalog> =>
    (await environment.catalogAt(await lookAtCommit(workspace, commit))).value;
  const after = await catalogAt(oid);
  const before = parent === undefined ? after : await catalogAt(parent);
  const [was, is] = [before.services.get(service), after.services.get(service)];
  const side = ({ spec, artifact }: NonNullable<typeof was>) => ({ spec, artifact, secrets: {} });
  const changes = was === undefined || is === undefined ? [] : fieldChanges(side(was), side(is), environment);
  const others = [...new Set([...before.services.keys(), ...after.services.keys()])].filter((id) => {
    const [one, other] = [before.services.get(id), after.services.get(id)];
    return id !== service && (one?.specDigest !== other?.specDigest || one?.artifactDigest !== other?.artifactDigest);
  });
  return { changes, others: others.sort() };
}

function inWords({ changes, others }: Brought): string[] {
  const lines = changes.map(shownChange).map(({ path, before, after }) => {
    return `  ${escapeTerminal(`${path}  ${before ?? "(not there)"} → ${after ?? "(not there)"}`)}`;
  });
  if (others.length > 0) lines.push(`  It also changes what shares its files: ${others.join(", ")}`);
  return lines;
}

/** For GitHub: names of fields and ids alone, as values may be long. */
function bodyOf({ service, number, commit }: Release, environment: string, { changes, others }: Brought): string {
  const fields = changes.map(({ path }) => `- ${codeSpan(path.join("."))}`);
  return [
    `Makes ${codeSpan(service)} again what r${number} of it was in ${codeSpan(environment)}, as ${commit} declares it.`,
    ...(fields.length === 0 ? [] : ["", "It brings back:", ...fields]),
    ...(others.length === 0
      ? []
      : ["", `It also changes what shares its files: ${others.map((id) => codeSpan(id)).join(", ")}.`]),
    "",
    "Made by `fairlead rollback`.",
  ].join("\n");
}

function notPossible({ service, number }: Release, environment: string, why: string, hint?: string): Diagnostic {
  return {
    code: "rollback-not-possible",
    severity: "error",
    service,
    environment,
    summary: `\`${service}\` cannot be rolled back to r${number}: ${why}`,
    ...(hint === undefined ? {} : { hint }),
  };
}
