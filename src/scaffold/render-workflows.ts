import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scaffoldFolder } from "./scaffold-folder.ts";

/** How the workflows of a user's repository call the Fairlead that its lockfile pins. Never fetches another one. */
const INSTALLED = "npx --no -- fairlead";

const BRANCH = "branches: [main]";

/** The id of the app "GitHub Actions", whose token workflows push with. Source: `GET /apps/github-actions`. */
const GITHUB_ACTIONS_APP = 15368;

/** The file of the ruleset that `renderWorkflows` writes. */
export const RULESET_FILE = ".github/fairlead-ruleset.json";

/**
 * The workflows for GitHub Actions, and the ruleset that lets only workflows push State: content by path. `branch` is the
 * repository's default branch; `command` is how they call Fairlead.
 */
export function renderWorkflows({
  branch,
  command = INSTALLED,
}: {
  readonly branch: string;
  readonly command?: string;
}): ReadonlyMap<string, string> {
  const folder = scaffoldFolder("workflows");
  const branches = `branches: [${branchPattern(branch)}]`;
  const workflows = readdirSync(folder)
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      const rendered = text.replaceAll(BRANCH, () => branches).replaceAll(INSTALLED, () => command);
      return [`.github/workflows/${name}`, rendered] as const;
    });
  return new Map([[RULESET_FILE, `${JSON.stringify(ruleset(), null, 2)}\n`], ...workflows]);
}

/** A branch filter is a pattern: what would be special in it is escaped, and the whole is quoted where YAML could read it otherwise. */
function branchPattern(branch: string): string {
  const pattern = branch.replace(/[!+*?[\]\\]/g, "\\$&");
  const isPlain =
    /^[A-Za-z][A-Za-z0-9._/-]*$/.test(pattern) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(pattern);
  return isPlain ? pattern : JSON.stringify(pattern);
}

/** Source: "Create a repository ruleset" in GitHub's REST reference. */
function ruleset(): unknown {
  return {
    name: "Fairlead: only workflows record State",
    target: "branch",
    enforcement: "active",
    conditions: { ref_name: { include: ["refs/heads/fairlead-state/**"], exclude: [] } },
    bypass_actors: [{ actor_id: GITHUB_ACTIONS_APP, actor_type: "Integration", bypass_mode: "always" }],
    // Who may bypass may bypass all of it: that a tip descends from the last deployment, Fairlead looks after itself.
    rules: [{ type: "creation" }, { type: "update" }, { type: "deletion" }, { type: "non_fast_forward" }],
  };
}
