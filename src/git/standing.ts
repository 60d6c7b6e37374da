import { type Environment, runGit } from "./git-process.ts";
import { openRepository } from "./repository.ts";

/** Where a folder stands in Git, for the workflows that are written there. */
export interface Standing {
  /** What `origin` calls its default branch, else the branch that is checked out, else `main`. */
  readonly branch: string;
  /** GitHub reads workflows at the top of a repository alone. */
  readonly isTop: boolean;
}

/** Reads only; a folder in no repository is the top of the one to come. Throws GitErrors. */
export async function standingOf(folder: string, environment: Environment): Promise<Standing> {
  const repository = await openRepository(folder, environment);
  try {
    const context = repository.kind === "git" ? repository.context() : null;
    if (context === null) return { branch: "main", isTop: true };
    const pointed = async (ref: string): Promise<string | null> => {
      const { code, stdout } = await runGit(context, ["symbolic-ref", "--quiet", ref], { allow: "any" });
      return code === 0 ? stdout.toString("utf8").trim() : null;
    };
    const remote = (await pointed("refs/remotes/origin/HEAD"))?.replace(/^refs\/remotes\/origin\//, "");
    const here = (await pointed("HEAD"))?.replace(/^refs\/heads\//, "");
    return { branch: remote ?? here ?? "main", isTop: repository.prefix === "" };
  } finally {
    await repository.close();
  }
}
