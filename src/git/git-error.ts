import type { Diagnostic } from "../model/diagnostic.ts";

/** What went wrong with Git, as far as a caller can act on it. */
export type GitErrorKind =
  | "missing-program"
  | "missing-folder"
  | "unsafe-directory"
  | "not-permitted"
  | "unreachable"
  | "no-remote"
  | "rejected"
  | "object-missing"
  | "failed";

const HINTS: Readonly<Record<GitErrorKind, string | undefined>> = {
  "missing-program": "install Git and make sure that `git` is on the PATH",
  "missing-folder": "is the path right? `-C DIR` names the folder to work in",
  "unsafe-directory": "if you trust this folder, run `git config --global --add safe.directory FOLDER` with its path",
  "not-permitted": "check the credentials that Git uses for this remote, and that they may write",
  unreachable: "check the remote's address and the network, then run the command again",
  "no-remote": "add a remote, or name one that `git remote` lists",
  rejected: "the remote's rules or hooks refuse this push: allow it for this branch, or use an identity that may push",
  "object-missing": "the history may be incomplete: fetch it again, or run `git fsck`",
  failed: undefined,
};

/**
 * Git refused or could not: an expected problem of the world, carried as an exception because any call may meet it, and
 * turned into its `diagnostic` by whoever talks to people. Holds Git's own last lines, without credentials.
 */
export class GitError extends Error {
  override readonly name = "GitError";
  readonly kind: GitErrorKind;
  readonly diagnostic: Diagnostic;

  constructor(kind: GitErrorKind, summary: string, said = "") {
    const lines = lastLines(withoutCredentials(said));
    super(lines === "" ? withoutCredentials(summary) : `${withoutCredentials(summary)}: ${lines}`);
    this.kind = kind;
    const hint = HINTS[kind];
    this.diagnostic = {
      code: `git-${kind}`,
      severity: "error",
      summary: withoutCredentials(summary),
      ...(lines === "" ? {} : { detail: lines }),
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

/** Judges what Git printed. Git speaks English to us wherever the environment let us ask for it (`LC_ALL=C`). */
export function kindOf(said: string): GitErrorKind {
  if (/dubious ownership|safe\.directory/.test(said)) return "unsafe-directory";
  if (/\[remote rejected\]|hook declined|GH\d{3}:|protected branch/.test(said)) return "rejected";
  if (
    /Authentication failed|could not read (Username|Password)|Permission denied|Permission to .* denied|not authorized|error: 40[13]|Invalid username|insufficient permission|unable to create .*: Read-only|Read-only file system/i.test(
      said,
    )
  )
    return "not-permitted";
  if (
    /Could not resolve host|unable to access|Connection (refused|reset|timed out|closed)|unexpected disconnect|hung up|early EOF|RPC failed|Could not read from remote|does not appear to be a git repository|repository .* not found/i.test(
      said,
    )
  )
    return "unreachable";
  if (/No such remote|No configured push destination/i.test(said)) return "no-remote";
  return "failed";
}

/** Strips user and password from every URL in a text: Git repeats remote addresses as they were configured. */
function withoutCredentials(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]*(?::[^\s/@'"]*)?@/gi, "$1");
}

function lastLines(said: string): string {
  const lines = said
    .split(/\r?\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(hint:|To |Everything up-to-date|error: failed to push some refs)/.test(line));
  return lines.slice(-4).join("\n").slice(-1_000);
}
