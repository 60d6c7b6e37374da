import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import type { Action, ActionCall } from "../action.ts";

const PLAYED = new Set(["repository", "ref", "token", "path", "fetch-depth", "persist-credentials"]);

/**
 * `actions/checkout`: fetches one commit (or all, with `fetch-depth: 0`) into the workspace, as the real one does. The token
 * is in the clone's configuration while it fetches, and stays there until the job's end where it is to be persisted.
 * Source: actions/checkout v4, `git-source-provider.ts` and `ref-helper.ts`.
 */
export const checkout: Action = async (call) => {
  for (const name of Object.keys(call.inputs))
    if (!PLAYED.has(name)) throw new Error(`checkout: \`${name}\` is not played`);
  const { inputs } = call;
  const folder = resolve(call.workspace, inputs["path"] ?? ".");
  const repository = inputs["repository"] ?? call.repository.fullName;
  const other = call.otherRepositories[repository] ?? `${call.serverUrl}/${repository}`;
  const url = repository === call.repository.fullName ? call.repository.url : other;
  const { ref, commit } = wanted(call, repository);
  const depth = Number(inputs["fetch-depth"] ?? 1);
  const git = (...args: string[]): Promise<void> => call.exec(["git", ...args], { cwd: folder });

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await git("init", "--quiet", ".");
  await git("remote", "add", "origin", url);
  await git("config", "--local", "gc.auto", "0");
  const header = url.startsWith("http") ? `http.${new URL(url).origin}/.extraheader` : null;
  const token = inputs["token"] ?? call.token;
  if (header !== null) {
    const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
    call.say(`::add-mask::${basic}`);
    await git("config", "--local", header, `AUTHORIZATION: basic ${basic}`);
  }
  const forget = async (): Promise<void> => {
    if (header !== null) await git("config", "--local", "--unset-all", header);
  };

  const local = localRef(ref);
  const refspecs =
    commit === null
      ? [`+${ref}:${local}`]
      : depth > 0 || local === null
        ? [commit + (local === null ? "" : `:${local}`)]
        : [];
  const all = depth > 0 ? [] : ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
  const pull = depth === 0 && commit !== null && ref.startsWith("refs/pull/") ? [`+${commit}:${local}`] : [];
  const specs = [...all, ...pull, ...(depth > 0 ? refspecs.map((one) => (one.startsWith("+") ? one : `+${one}`)) : [])];
  const limit = depth > 0 ? [`--depth=${depth}`] : [];
  await git(
    "-c",
    "protocol.version=2",
    "fetch",
    "--quiet",
    "--no-tags",
    "--prune",
    "--no-recurse-submodules",
    ...limit,
    "origin",
    ...specs,
  );
  if (ref.startsWith("refs/heads/") && local !== null)
    await git("checkout", "--quiet", "--force", "-B", ref.slice("refs/heads/".length), commit ?? local);
  else await git("checkout", "--quiet", "--force", "--detach", commit ?? local ?? "FETCH_HEAD");

  if (inputs["persist-credentials"] === "false") {
    await forget();
    return {};
  }
  return { post: forget };
};

/** The event's own commit of its own repository; else what `ref` names: a commit id, a full ref, or a branch. */
function wanted(call: ActionCall, repository: string): { readonly ref: string; readonly commit: string | null } {
  const { ref } = call.inputs;
  const own = repository === call.repository.fullName;
  if (ref === undefined || ref === "")
    return own
      ? { ref: call.ref, commit: call.sha }
      : { ref: `refs/heads/${call.repository.defaultBranch}`, commit: null };
  if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(ref)) return { ref: "", commit: ref };
  return { ref: ref.startsWith("refs/") ? ref : `refs/heads/${ref}`, commit: null };
}

function localRef(ref: string): string | null {
  if (ref.startsWith("refs/heads/")) return `refs/remotes/origin/${ref.slice("refs/heads/".length)}`;
  if (ref.startsWith("refs/pull/")) return `refs/remotes/pull/${ref.slice("refs/pull/".length)}`;
  return ref === "" ? null : ref;
}
