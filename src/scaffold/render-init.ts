/** A new repository that validates and runs one service: content by path. The lockfile is npm's to write. */
export function renderInit({
  name,
  version,
}: {
  readonly name: string;
  readonly version: string;
}): ReadonlyMap<string, string> {
  return new Map([
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
    ["README.md", README.replaceAll("NAME", () => name)],
    [
      "fairlead.yaml",
      `project: ${JSON.stringify(name)}
environments:
  development:
    target: {kind: local}
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

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
