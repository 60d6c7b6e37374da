import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import { renderTemplate } from "./render-template.ts";
import { templateNames } from "./template-files.ts";

export interface NewService {
  readonly id: string;
  readonly name: string;
  readonly template: string;
  readonly port: number;
  /** What the service keeps: a REST resource each. */
  readonly routes?: readonly string[];
}

const COMES_LATER = new Set(["php", "flask"]);

/**
 * A service of one's own: `services/<id>.yaml`, and in `services/<id>/` the template's code to go on from. Content by path,
 * empty where the diagnostics say why there can be none.
 */
export function renderService({
  id,
  name,
  template,
  port,
  routes = ["items"],
}: NewService): Diagnosed<ReadonlyMap<string, string>> {
  const diagnostics = [...problemsOf({ id, template, port })];
  if (diagnostics.length > 0) return { value: new Map(), diagnostics };
  const folder = `services/${id}`;
  const spec = { id, name, networking: { port }, template_options: { structure: { routes } } };
  // Beside the code, not in it: an edit of the service file alone is no change of the artifact, and restarts nothing.
  const files = new Map([[`${folder}.yaml`, serviceFile({ id, name, template, port }, folder)]]);
  for (const [path, content] of renderTemplate({ template, spec })) files.set(`${folder}/${path}`, content);
  return { value: files, diagnostics: [] };
}

function serviceFile({ id, name, port }: NewService, folder: string): string {
  return `id: ${JSON.stringify(id)}
name: ${JSON.stringify(name)}
type: api
kind: rest
icon: server-outline
command: [node, server.js]
source: ${folder}
networking:
  port: ${port}
health:
  endpoint: /health
  interval: 30s
  checks: [response_time, memory_usage]
  conditions: ["[STATUS] == 200", "[RESPONSE_TIME] < 500"]
logging:
  level: info
`;
}

function* problemsOf({ id, template, port }: Omit<NewService, "name" | "routes">): Generator<Diagnostic> {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id))
    yield {
      code: "service-id-invalid",
      severity: "error",
      summary: `\`${id}\` cannot be the id of a service`,
      detail: "An id is 1 to 63 small letters, digits and hyphens, and begins and ends with a letter or a digit.",
      hint: "choose another one, such as `orders-api`",
    };
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    yield {
      code: "port-invalid",
      severity: "error",
      summary: `${port} is no port`,
      detail: "A port is a whole number from 1 to 65535.",
    };
  if (!templateNames().includes(template))
    yield {
      code: "template-not-available",
      severity: "error",
      summary: `the template \`${template}\` ${COMES_LATER.has(template) ? "comes later" : "does not exist"}`,
      detail: `There is: ${templateNames().join(", ")}. php and flask come with a later version.`,
      hint: "use `--template express`, or write a service file with `command` and `source`",
    };
}
