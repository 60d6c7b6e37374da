import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { git, gitFolder, temporaryFolder, writeFiles } from "../support/git-folder.ts";

test("init writes workflows for the branch that is checked out, and says what GitHub is to be told besides", async () => {
  const folder = gitFolder();
  git(folder, "symbolic-ref", "HEAD", "refs/heads/trunk");
  const { code, stdout } = await fairlead(["init", "--no-install"], { cwd: folder });
  expect(code).toBe(0);
  expect(readFileSync(join(folder, ".github/workflows/fairlead-plan.yml"), "utf8")).toContain("branches: [trunk]");
  expect(stdout.slice(stdout.indexOf("Once the repository"))).toMatchInlineSnapshot(`
    "Once the repository is on GitHub:
      - push trunk with its package-lock.json; a merge into it is what the workflows apply
      - name a shared environment in fairlead.yaml, such as staging: until then the workflows only check files
      - Settings, Rules: require the check "Fairlead plan" on trunk
      - Settings, Environments: one for each of fairlead.yaml except development, limited to trunk, with its secrets and reviewers
      - a team in \`approvers\` takes a GitHub App with \`members: read\`: the secrets FAIRLEAD_APP_ID (its client ID) and FAIRLEAD_APP_KEY
      - Settings, Pages: source GitHub Actions, for the status site; FAIRLEAD_SITE_ENVIRONMENT is a variable (production, else the last environment, unless set)
      - let only workflows record what was applied (in an organisation's repository; a workflow on any branch is one):
          gh api --method POST 'repos/{owner}/{repo}/rulesets' --input .github/fairlead-ruleset.json
    "
  `);
});

test("init leaves a workflow that is there as it is, and says how to have Fairlead's", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { ".github/workflows/fairlead-plan.yml": "mine" });
  const { code, stdout } = await fairlead(["init", "--no-install"], { cwd: folder });
  expect(code).toBe(0);
  expect(readFileSync(join(folder, ".github/workflows/fairlead-plan.yml"), "utf8")).toBe("mine");
  expect(stdout).toContain(
    "= .github/workflows/fairlead-plan.yml is yours and stays as it is: take it away and run this again to have Fairlead's",
  );
  expect(existsSync(join(folder, ".github/workflows/fairlead-apply.yml"))).toBe(true);
});

test("init writes no workflows where it is told so, nor below the top of a repository, where GitHub would not look", async () => {
  const without = temporaryFolder();
  expect((await fairlead(["init", "--no-install", "--no-workflows"], { cwd: without })).code).toBe(0);
  expect(existsSync(join(without, ".github"))).toBe(false);
  const below = join(gitFolder({ "README.md": "# Theirs" }), "deploy");
  mkdirSync(below);
  const { code, stderr } = await fairlead(["init", "--no-install"], { cwd: below });
  expect(code).toBe(0);
  expect(existsSync(join(below, ".github"))).toBe(false);
  expect(stderr).toContain("at the top of a repository alone");
});
