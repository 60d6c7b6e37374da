import { GitError } from "./git-error.ts";
import { calmEnvironment, type GitContext } from "./git-process.ts";

/** The remote of the current branch, else `origin`, else the only one there is; null without any. */
export async function defaultRemote(context: GitContext): Promise<string | null> {
  const { simpleGit } = await import("simple-git");
  try {
    const git = simpleGit({ baseDir: context.cwd }).env(plainEnvironment(context.environment));
    const remotes = (await git.getRemotes(false)).map((remote) => remote.name);
    if (remotes.length <= 1) return remotes[0] ?? null;
    const { current } = await git.branchLocal();
    const own = current === "" ? null : (await git.getConfig(`branch.${current}.remote`)).value;
    if (own && remotes.includes(own)) return own;
    return remotes.includes("origin") ? "origin" : null;
  } catch (error) {
    throw new GitError("failed", "the remotes of this repository could not be read", (error as Error).message);
  }
}

/** simple-git refuses whatever could make Git run another program; to read remotes Git needs none of it. */
function plainEnvironment(environment: GitContext["environment"]): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "XDG_CONFIG_HOME", "USER", "SystemRoot"]) {
    const value = calmEnvironment(environment)[name];
    if (value !== undefined) plain[name] = value;
  }
  return plain;
}
