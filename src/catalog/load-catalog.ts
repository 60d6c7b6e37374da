/**
 * `catalog/` turns the service files of a Tree into a Catalog: found, decoded, parsed, checked against the schema, typed,
 * merged with the overlay of one environment, checked against each other. A stage is a file. It promises that every
 * problem of every file is found in one run and has its place, that the same Tree gives the same bytes, and that no file,
 * however made, can make it throw. It knows nothing of what runs, and it changes nothing.
 */
import { inFileOrder } from "../diagnostics/order.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Oid } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { Project } from "../model/project.ts";
import type { Tree } from "../model/tree.ts";
import { type Assembly, assemble } from "./assemble.ts";
import { compileService } from "./compile-service.ts";
import { discover } from "./discover.ts";
import { PROJECT_FILE } from "./load-project.ts";
import { readContent, readText } from "./read-text.ts";
import type { SourceFile } from "./source-file.ts";

export interface LoadCatalogInput {
  readonly tree: Tree;
  readonly project: Project;
  readonly environment: string;
  /** Templates of the installed package, by name, with their versions. */
  readonly templates: ReadonlyMap<string, string>;
  readonly commit: Oid | null;
  readonly dirty: boolean;
  /** The grammar of health conditions, from `health/`; without it they are not checked. */
  readonly checkCondition?: (text: string) => string | null;
}

/** All services of a Tree, resolved for one environment. Files that cannot be used are `broken`; the diagnostics say why. */
export async function loadCatalog(input: LoadCatalogInput): Promise<Diagnosed<Catalog>> {
  const { tree, project, environment } = input;
  const found = await discover(tree, project.services);
  const projectFile = await defaultsFile(tree, project);
  const context = { project, projectFile, environment, checkCondition: input.checkCondition ?? null };
  const parts: Assembly[] = [];
  let index = 0;
  for await (const { content } of tree.read(found.files.map((file) => file.blob))) {
    const entry = found.files[index++];
    if (!entry) break;
    const reading = readContent(entry.path, content);
    const read = reading instanceof Promise ? await reading : reading;
    const compiled = compileService(read, context);
    parts.push({ entry, compiled, read });
  }
  const { services, broken, diagnostics } = await assemble(parts, { ...input, projectFile, refused: found.refused });
  return {
    value: { project, environment, services, broken, commit: input.commit, dirty: input.dirty },
    diagnostics: inFileOrder([...unknownEnvironment(project, environment), ...found.diagnostics, ...diagnostics]),
  };
}

/** The text that values of `defaults` point to; not read where there are none. */
export async function defaultsFile(tree: Tree, project: Project): Promise<SourceFile | null> {
  if (Object.keys(project.defaults).length === 0) return null;
  return (await readText(tree, PROJECT_FILE))?.file ?? null;
}

function unknownEnvironment({ environments }: Project, environment: string): Diagnostic[] {
  if (Object.hasOwn(environments, environment)) return [];
  const known = Object.keys(environments);
  const meant = suggest(environment, known);
  return [
    {
      code: "environment-unknown",
      severity: "error",
      summary: `there is no environment \`${environment}\``,
      detail: `fairlead.yaml names: ${known.join(", ")}.`,
      ...(meant === undefined ? {} : { hint: `did you mean \`${meant}\`?` }),
    },
  ];
}
