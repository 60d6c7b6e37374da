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
import type { Tree, TreeEntry } from "../model/tree.ts";
import { artifactFinder } from "./artifacts.ts";
import { type Assembly, assemble } from "./assemble.ts";
import { type CompileContext, compileService, layersOf } from "./compile-service.ts";
import { discover } from "./discover.ts";
import { PROJECT_FILE } from "./load-project.ts";
import type { CatalogMemo, OpenMemo } from "./memo.ts";
import { readServices } from "./read-services.ts";
import { readText } from "./read-text.ts";
import { schemaCheck } from "./schema-check.ts";
import { type SourceFile, sourceFile } from "./source-file.ts";

export interface LoadCatalogInput {
  readonly tree: Tree;
  readonly project: Project;
  readonly environment: string;
  /** Templates of the installed package, by name, with their versions. */
  readonly templates: ReadonlyMap<string, string>;
  readonly commit: Oid | null;
  readonly dirty: boolean;
  /** The grammar of health conditions, from `health/`; without it they are not checked. */
  readonly checkCondition?: (text: string, address?: string) => string | null;
  /** Compiled files of earlier runs: only what has changed since is read. */
  readonly memo?: CatalogMemo;
}

/** All services of a Tree, resolved for one environment. Files that cannot be used are `broken`; the diagnostics say why. */
export async function loadCatalog(input: LoadCatalogInput): Promise<Diagnosed<Catalog>> {
  const { tree, project, environment } = input;
  const found = await discover(tree, project.services);
  const projectFile = await defaultsFile(tree, project);
  const context = { project, projectFile, environment, checkCondition: input.checkCondition ?? null };
  // A name that is no environment's must not become a file's name.
  const memo = Object.hasOwn(project.environments, environment) ? input.memo?.open(context) : undefined;
  const parts = await compileAll(tree, found.files, context, memo);
  const artifactOf = artifactFinder(tree, input.templates);
  const { services, broken, diagnostics, rulesHold } = await assemble(parts, {
    artifactOf,
    refused: found.refused,
    rulesHold: memo?.rulesHold(found.files) ?? false,
  });
  memo?.keep(found.files, rulesHold);
  return {
    value: { project, environment, services, broken, commit: input.commit, dirty: input.dirty },
    diagnostics: inFileOrder([...unknownEnvironment(project, environment), ...found.diagnostics, ...diagnostics]),
  };
}

/** Every file compiled, in file order; what the memo has is not even read. */
async function compileAll(
  tree: Tree,
  files: readonly TreeEntry[],
  context: CompileContext,
  memo: OpenMemo | undefined,
): Promise<readonly Assembly[]> {
  const parts: (Assembly | null)[] = files.map((entry) => {
    const known = memo?.find(entry);
    if (!known) return null;
    return {
      entry,
      compiled: known.compiled,
      layers: () => layersOf(sourceFile(entry.path, known.text()), context),
    };
  });
  const missing = files.filter((_, index) => parts[index] === null);
  if (missing.length > 0) {
    const check = await schemaCheck("service");
    let at = 0;
    for await (const { entry, read } of readServices(tree, missing)) {
      const compiled = compileService(read, context, check);
      while (parts[at]) at++;
      parts[at] = { entry, compiled, layers: layersFrom(read.file, context) };
      memo?.remember(entry, compiled, read.file.text);
    }
  }
  return parts.filter((part) => part !== null);
}

/** A function of its own, so that it keeps the text alive and not the whole parsed file. */
function layersFrom(file: SourceFile, context: CompileContext): Assembly["layers"] {
  return () => layersOf(file, context);
}

/** The text that values of `defaults` point to; not read where there are none. */
async function defaultsFile(tree: Tree, project: Project): Promise<SourceFile | null> {
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
      hint: meant === undefined ? `name one of them: \`-e ${known[0]}\`` : `did you mean \`-e ${meant}\`?`,
    },
  ];
}
