import { existsSync, mkdirSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { PROJECT_FILE } from "../../catalog/load-project.ts";
import { standingOf } from "../../git/standing.ts";
import { renderInit } from "../../scaffold/render-init.ts";
import { renderWatch } from "../../scaffold/render-watch.ts";
import { RULESET_FILE } from "../../scaffold/render-workflows.ts";
import { writeFiles } from "../../scaffold/write-files.ts";
import type { Face } from "../face.ts";
import { startTask } from "../progress.ts";
import { isUsable, refuse } from "../show-diagnostics.ts";
import { version } from "../version.ts";

/** Comforts that a project has its own of: one that is there stays as it is, and what Fairlead would want of it is said. */
const THEIRS: Readonly<Record<string, string>> = {
  ".gitignore": "add `.fairlead/`, `dist/` and `node_modules/` to it",
  ".vscode/extensions.json": "recommend `redhat.vscode-yaml` in it",
  ".vscode/settings.json": "bind `./node_modules/fairlead/schemas/service.schema.json` to `services/*.yaml` in it",
  "README.md": "say in it that `npx fairlead up` runs the services",
  "package.json": "run `npm install --save-dev fairlead`",
};

const THEIR_FOLDERS = [".github/", "deploy/"];

/** `fairlead init [DIR]`: a folder that validates, with one service that runs and workflows for GitHub. Overwrites nothing. */
export async function init(
  face: Face,
  options: { readonly install: boolean; readonly workflows: boolean; readonly watch?: boolean },
  args: readonly string[],
): Promise<number> {
  const { terminal } = face;
  const folder = resolve(face.directory, args[0] ?? ".");
  mkdirSync(folder, { recursive: true });
  const { branch, isTop } = await standingOf(folder, face.env);
  const name = projectName(basename(folder));
  // A project that is there already gets what it asks for, and nothing else.
  const isNew = !(options.watch === true && existsSync(join(folder, PROJECT_FILE)));
  const all = new Map([
    ...(isNew ? renderInit({ name, version: version(), branch: options.workflows && isTop ? branch : null }) : []),
    ...(options.watch ? renderWatch({ name }) : []),
  ]);
  const isTheirs = (file: string): boolean =>
    (Object.hasOwn(THEIRS, file) || THEIR_FOLDERS.some((one) => file.startsWith(one))) &&
    existsSync(join(folder, file));
  const files = new Map([...all].filter(([file]) => !isTheirs(file)));
  const written = await writeFiles(folder, files);
  if (!isUsable(written.diagnostics)) return refuse(terminal, written.diagnostics);
  for (const file of [...files.keys()].sort()) terminal.say(`${terminal.style("green", "+")} ${file}`);
  for (const file of [...all.keys()].filter((one) => !files.has(one)).sort())
    terminal.say(
      `${terminal.style("yellow", "=")} ${file} is yours and stays as it is: ${THEIRS[file] ?? "take it away and run this again to have Fairlead's"}`,
    );
  if (options.watch) terminal.say(`\n${WATCH}`);
  if (isNew && options.workflows && !isTop)
    terminal.complain(
      "GitHub reads workflows at the top of a repository alone: run `fairlead init` there to have them.",
    );

  let installed = false;
  const installs = options.install && files.has("package.json");
  if (installs) {
    const task = await startTask(terminal, "npm install (for the pinned Fairlead and its lockfile)");
    const { execa } = await import("execa");
    const result = await execa("npm", ["install", "--no-audit", "--no-fund"], {
      cwd: folder,
      reject: false,
      all: true,
      cancelSignal: face.signal,
      // Run by npm itself, it would inherit npm's silence, and nobody would learn why it failed.
      env: { npm_config_loglevel: "error" },
    });
    installed = result.exitCode === 0;
    if (installed) task.done("package-lock.json pins Fairlead");
    else {
      task.fail("npm install did not work; the files are there, and it can be run again");
      if (result.all?.includes("E404"))
        terminal.complain(
          "This version of Fairlead is not in your registry: until it is, `fairlead up` runs the installed one.",
        );
      terminal.complain(result.all ?? result.message ?? "");
    }
  }
  const there = relative(face.directory, folder);
  const first = installed ? "" : "  npm install\n";
  if (isNew) terminal.say(`\nGo on with:\n${there === "" ? "" : `  cd ${there}\n`}${first}  npx fairlead up`);
  if (files.has(RULESET_FILE)) terminal.say(`\n${onGitHub(branch)}`);
  if (terminal.json)
    terminal.result(`${JSON.stringify({ folder, files: [...files.keys()].sort(), installed }, null, 2)}\n`);
  return installs && !installed ? 1 : 0;
}

const WATCH = `deploy/fairlead-watch.service says at its top how it is installed. It watches \`production\`: name that under
\`environments\` in fairlead.yaml, or another in the unit.`;

/** What workflows need that no file can say. */
function onGitHub(branch: string): string {
  return `Once the repository is on GitHub:
  - push ${branch} with its package-lock.json; a merge into it is what the workflows apply
  - name a shared environment in fairlead.yaml, such as staging: until then the workflows only check files
  - Settings, Rules: require the check "Fairlead plan" on ${branch}
  - Settings, Environments: one for each of fairlead.yaml except development, limited to ${branch}, with its secrets and reviewers
  - a team in \`approvers\` takes a GitHub App with \`members: read\`: the secrets FAIRLEAD_APP_ID (its client ID) and FAIRLEAD_APP_KEY
  - Settings, Pages: source GitHub Actions, for the status site; FAIRLEAD_SITE_ENVIRONMENT is a variable (production, else the last environment, unless set)
  - let only workflows record what was applied (in an organisation's repository; a workflow on any branch is one):
      gh api --method POST 'repos/{owner}/{repo}/rulesets' --input ${RULESET_FILE}`;
}

/** A folder may be called anything; a project is an RFC 1123 label. */
function projectName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
  return name === "" ? "services" : name;
}
