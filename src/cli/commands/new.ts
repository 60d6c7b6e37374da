import type { CatalogEntry } from "../../model/catalog.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { renderService } from "../../scaffold/render-service.ts";
import { writeFiles } from "../../scaffold/write-files.ts";
import type { Face } from "../face.ts";
import { openEnvironment } from "../open-environment.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import { openWorkspace } from "../workspace.ts";

/** The first port that a new service gets where nobody names one. */
const FIRST_PORT = 4300;

/** `fairlead new ID`: a service file and, where the template has code, the code. Overwrites nothing. */
export async function newService(
  face: Face,
  options: { readonly template: string; readonly name?: string; readonly port?: number },
  args: readonly string[],
): Promise<number> {
  const { terminal } = face;
  const id = args[0] ?? "";
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, "development");
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const { services } = (await opened.value.declared()).value;
    const known = services.get(id);
    if (known !== undefined) return refuse(terminal, [declaredAlready(id, known.file)]);
    const holders = [...services.values()].map((entry) => [entry.spec.networking?.port, entry] as const);
    const taken = new Map(holders);
    const holder = options.port === undefined ? undefined : taken.get(options.port);
    if (holder !== undefined) return refuse(terminal, [portTaken(options.port ?? 0, holder)]);
    let port = options.port ?? FIRST_PORT;
    while (options.port === undefined && taken.has(port)) port++;
    const { template } = options;
    const rendered = renderService({ id, name: options.name ?? titleOf(id), template, port });
    if (!isUsable(rendered.diagnostics)) return refuse(terminal, rendered.diagnostics);
    const written = await writeFiles(workspace.repository.root, rendered.value);
    if (!isUsable(written.diagnostics)) return refuse(terminal, written.diagnostics);
    showProblems(terminal, [...rendered.diagnostics, ...written.diagnostics]);
    const files = [...rendered.value.keys()].sort();
    for (const file of files) terminal.say(`${terminal.style("green", "+")} ${file}`);
    const installs = files.some((file) => file.endsWith("/package.json"));
    const first = installs ? "Run `npm install` for the packages it needs; then " : "";
    terminal.say(`\n${first}\`fairlead up\` runs it on http://localhost:${port}.`);
    if (terminal.json) terminal.result(`${JSON.stringify({ id, port, files }, null, 2)}\n`);
    return 0;
  } finally {
    await workspace.close();
  }
}

function portTaken(port: number, { id, file }: CatalogEntry): Diagnostic {
  return {
    code: "port-collision",
    severity: "error",
    summary: `port ${port} is taken by \`${id}\`, declared in ${file}`,
    hint: "choose another one, or leave --port out to get one that is free",
  };
}

function declaredAlready(id: string, file: string): Diagnostic {
  return {
    code: "file-exists",
    severity: "error",
    summary: `\`${id}\` is a service already, declared in ${file}`,
    hint: "edit that file, or choose another id",
  };
}

/** `orders-api` → `Orders Api`: a start that people improve. */
function titleOf(id: string): string {
  return id
    .split("-")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(" ");
}
