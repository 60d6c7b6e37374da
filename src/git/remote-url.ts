import { runGit } from "./git-process.ts";
import type { Repository } from "./repository.ts";

/** The address of a remote as configured, which may hold credentials: never to be printed. Empty where there is none. */
export async function remoteUrl(repository: Repository, remote: string): Promise<string> {
  const context = repository.context();
  if (context === null) return "";
  const { code, stdout } = await runGit(context, ["remote", "get-url", "--", remote], { allow: "any" });
  return code === 0 ? stdout.toString("utf8").trim() : "";
}
