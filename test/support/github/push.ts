import { git } from "../git-folder.ts";
import { commitAt } from "./forge-git.ts";

/** A file's text, a link's target, or null for what is deleted. */
export type Pushed = string | null | { readonly link: string };

/**
 * Commits files (null: deleted) onto a branch of a bare repository and returns the commit. A new branch begins at `from`, or
 * at `main`. Time does not pass between commits, so the same call gives the same commit.
 */
export function pushFiles(
  folder: string,
  branch: string,
  files: Readonly<Record<string, Pushed>>,
  { from = "main", message = "Change", author = "alice" }: { from?: string; message?: string; author?: string } = {},
): string {
  const parent = commitAt(folder, `refs/heads/${branch}`) ?? commitAt(folder, from);
  const changes = Object.entries(files).map(([path, content]) =>
    content === null
      ? `D "${path}"\n`
      : typeof content === "string"
        ? `M 100644 inline "${path}"\n${data(content)}`
        : `M 120000 inline "${path}"\n${data(content.link)}`,
  );
  const script = [
    `commit refs/heads/${branch}\n`,
    `committer ${author} <${author}@users.noreply.github.test> 1767225600 +0000\n`,
    data(message),
    ...(parent === null ? [] : [`from ${parent}\n`]),
    ...changes,
    "\ndone\n",
  ];
  git(folder, "fast-import", "--quiet", "--done", { input: script.join("") });
  return commitAt(folder, `refs/heads/${branch}`) ?? "";
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
