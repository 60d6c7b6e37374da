import { renderWorkflows } from "./render-workflows.ts";

/**
 * A new repository that validates and runs one service: content by path. `branch` is its default branch, which workflows
 * wait for; null leaves them out. The lockfile is npm's to write.
 */
export function renderInit({
  name,
  version,
  branch,
}: {
  readonly name: string;
  readonly version: string;
  readonly branch: string | null;
}): ReadonlyMap<string, string> {
  const readme = branch === null ? README : README + README_WORKFLOWS.replaceAll("BRANCH", () => branch);
  return new Map([
    ...(branch === null ? [] : renderWorkflows({ branch })),
    [".gitignore", ".fairlead/\ndist/\nnode_modules/\n"],
    [".vscode/extensions.json", json({ recommendations: ["redhat.vscode-yaml"] })],
    [
      ".vscode/settings.json",
      json({
        "yaml.schemas": {
          "./node_modules/fairlead/schemas/service.schema.json": ["services/*.yaml", "services/**/service.yaml"],
          "./node_modules/fairlead/schemas/fairlead.schema.json": "fairlead.yaml",
        },
      }),
    ],
    ["README.md", readme.replaceAll("NAME", () => name)],
    [
      "fairlead.yaml",
      `project: ${JSON.stringify(name)}
environments:
  development:
    target: {kind: local}
  # One that the team shares, applied by the workflows. This version runs services on the machine that applies, so on GitHub that
  # is a runner of your own: name its label in the variable FAIRLEAD_RUNNER.
  # staging:
  #   target: {kind: local}
  #   apply: on_merge
  #   approvers: [platform]
site:
  title: ${JSON.stringify(`${name}: service status`)}
`,
    ],
    [
      "package.json",
      json({
        name,
        version: "0.0.0",
        private: true,
        type: "module",
        engines: { node: ">=22.22" },
        scripts: { start: "fairlead up", plan: "fairlead plan", validate: "fairlead validate" },
        // The dependencies of services with code of their own come with the same `npm install`.
        workspaces: ["services/*"],
        devDependencies: { fairlead: version },
      }),
    ],
    ["services/hello.yaml", HELLO],
  ]);
}

const HELLO = `id: hello
name: Hello
description: Keeps greetings, in memory, until you write something better.
type: api
kind: rest
icon: hand-left-outline
template: express
template_options:
  structure:
    routes: [greetings]
    middleware: [helmet, cors, rateLimit]
endpoints: [/api/greetings]
networking:
  port: 4300
health:
  endpoint: /health
  interval: 15s
  checks: [response_time, memory_usage]
  conditions: ["[STATUS] == 200", "[RESPONSE_TIME] < 500"]
`;

const README = `# NAME

One YAML file per backend service in \`services/\`; [Fairlead](https://www.npmjs.com/package/fairlead) plans, runs and watches them.

    npm install
    npm start                                  # runs everything; the status site is on http://localhost:4321
    npx fairlead new orders --template express # another service, with code to go on from
    npx fairlead validate
    npx fairlead plan
`;

const README_WORKFLOWS = `
## On GitHub

A pull request gets a comment that says what merging it would change. A merge into \`BRANCH\` is applied, environment by environment.

| workflow              | when                  | what                                                            |
| --------------------- | --------------------- | --------------------------------------------------------------- |
| \`fairlead-plan\`       | pull request          | plans it, with a token that can only read                       |
| \`fairlead-comment\`    | after that            | plans it again and says it on the pull request                  |
| \`fairlead-apply\`      | merge, or by hand     | applies what was approved                                       |
| \`fairlead-drift\`      | daily, or by hand     | opens an issue where something else runs than was applied       |
| \`fairlead-health\`     | every quarter hour    | asks every service and records the answer                       |
| \`fairlead-site\`       | after those           | publishes the status site on GitHub Pages                       |
| \`fairlead-set-image\`  | another repository    | opens a pull request with a new image                           |

Branches \`fairlead-state/*\` hold what was applied. Let only workflows push them:

    gh api --method POST 'repos/{owner}/{repo}/rulesets' --input .github/fairlead-ruleset.json
`;

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
