import type { Ms } from "../model/basics.ts";
import { runGit } from "./git-process.ts";
import type { Repository } from "./repository.ts";

/** Git's own default: so many loose objects may lie about. */
const LOOSE_MAX = "6700";
const LIMIT_MS: Ms = 10 * 60_000;

/**
 * Does what Git does by itself after a user's commands, and what ours switch off so that no write waits for it: packs loose objects
 * where many lie about, and lets go of what nothing has reached for two weeks (`git gc --auto`). `gc.auto` of the user's own
 * configuration holds, 0 included. Cheap where nothing is due; whoever writes for weeks calls it now and then.
 */
export async function tidy(repository: Pick<Repository, "context">): Promise<void> {
  const context = repository.context();
  if (context === null) return;
  const { stdout } = await runGit(context, ["config", "--get-all", "gc.auto"], { allow: "any" });
  // Later ones win; the last is ours.
  const auto = stdout.toString("utf8").trim().split("\n").at(-2) ?? LOOSE_MAX;
  const args = ["-c", `gc.auto=${auto}`, "-c", "gc.autoDetach=false", "gc", "--auto", "--quiet"];
  // Another `gc` may be at it already, or the disk be full: nothing depends on this one.
  await runGit(context, args, { allow: "any", timeoutMs: LIMIT_MS });
}
