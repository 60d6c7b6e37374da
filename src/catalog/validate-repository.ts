import { inFileOrder } from "../diagnostics/order.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { NotificationSpec } from "../model/project.ts";
import type { Tree } from "../model/tree.ts";
import { artifactFinder } from "./artifacts.ts";
import { assemble } from "./assemble.ts";
import { compileService, layersOf } from "./compile-service.ts";
import { discover } from "./discover.ts";
import { PROJECT_FILE, projectOf } from "./load-project.ts";
import { notEnforcedNotes } from "./not-enforced.ts";
import { unknownServices } from "./notification-problems.ts";
import { origin } from "./origin.ts";
import type { PathProblem } from "./path-problem.ts";
import { type ReadFile, readServices } from "./read-services.ts";
import { type Read, readText } from "./read-text.ts";
import { schemaCheck } from "./schema-check.ts";

export interface ValidateInput {
  readonly tree: Tree;
  /** Templates of the installed package, by name, with their versions. */
  readonly templates: ReadonlyMap<string, string>;
  /** The grammar of health conditions, from `health/`; without it they are not checked. */
  readonly checkCondition?: (text: string, address?: string) => string | null;
  /** What a webhook's template may be, from `notify/`: null when it is right. */
  readonly checkTemplate?: (template: string) => string | null;
  /** What people write beside services, from other rooms: its files, and their problems. */
  readonly alsoRead?: (declared: AlsoDeclared) => Promise<{
    readonly files: readonly string[];
    readonly diagnostics: readonly Diagnostic[];
  }>;
  /** Files and folders, relative to the top, whose problems are reported; everything is read all the same. */
  readonly paths?: readonly string[];
}

/** What else is written in a repository may refer to this. */
export interface AlsoDeclared {
  readonly tree: Tree;
  /** Every id of every environment, of broken files as well; null where `fairlead.yaml` does not say where files are. */
  readonly services: ReadonlySet<ServiceId> | null;
}

export interface Validation {
  /** In file order, each problem once, however many environments have it. */
  readonly diagnostics: readonly Diagnostic[];
  /** How many files were looked at, `fairlead.yaml` included; with `paths`, how many of them are meant. */
  readonly files: number;
}

/**
 * Every problem of `fairlead.yaml` and of every service file, as it stands and in each environment of the project, with a
 * note for what nothing enforces yet. A problem that one environment alone has is marked with that environment.
 */
export async function validateRepository(input: ValidateInput): Promise<Validation> {
  const { tree, templates } = input;
  const projectRead = await readText(tree, PROJECT_FILE);
  const { value: project, diagnostics: projectProblems } = projectOf(projectRead, await schemaCheck("fairlead"));
  const found = await discover(tree, project.services);
  const files: ReadFile[] = [];
  for await (const file of readServices(tree, found.files)) files.push(file);

  const artifactOf = artifactFinder(tree, templates);
  const check = await schemaCheck("service");
  const ids = new Set<ServiceId>();
  const perEnvironment = new Map<string, readonly Diagnostic[]>();
  for (const environment of Object.keys(project.environments)) {
    const projectFile = projectRead?.file ?? null;
    const context = { project, projectFile, environment, checkCondition: input.checkCondition ?? null };
    const parts = files.map(({ entry, read }) => ({
      entry,
      compiled: compileService(read, context, check),
      layers: () => layersOf(read.file, context),
    }));
    const { services, broken, diagnostics } = await assemble(parts, { artifactOf, refused: found.refused });
    for (const id of [...services.keys(), ...broken]) ids.add(id);
    perEnvironment.set(environment, diagnostics);
  }
  const unreadable = projectProblems.some(({ severity }) => severity === "error");
  // Without a readable fairlead.yaml nobody knows which environments there are.
  const services = folded(perEnvironment).filter(({ code }) => !unreadable || code !== "environment-unknown");
  if (projectRead !== null) {
    const where = origin([{ file: projectRead.file, prefix: [] }]);
    const wrong = [
      ...unknownServices(project.notifications, ids),
      ...wrongTemplates(project.notifications, input.checkTemplate),
    ];
    services.push(...wrong.map(({ keys, at, problem }) => where.diagnosticAt(keys, at, problem)));
  }
  const also = await input.alsoRead?.({ tree, services: unreadable ? null : ids });
  const problems = [...projectProblems, ...found.diagnostics, ...services, ...(also?.diagnostics ?? [])];
  const notes = files.flatMap(({ read }) => notesOf(read, "service"));
  if (projectRead !== null) notes.push(...notesOf(projectRead, "fairlead"));
  // On a line that is wrong anyway a note would only distract.
  const wrong = new Set(problems.map(lineOf));
  const all = [...problems, ...notes.filter((note) => !wrong.has(lineOf(note)))];

  const own = [...(projectRead ? [PROJECT_FILE] : []), ...found.files.map(({ path }) => path), ...found.refused];
  const known = [...own, ...(also?.files ?? [])];
  if (input.paths === undefined) return { diagnostics: inFileOrder(all), files: known.length };
  const { isMeant, unknown } = limit(input.paths, known);
  const meant = all.filter(({ range }) => range === undefined || isMeant(range.file));
  return { diagnostics: inFileOrder([...meant, ...unknown]), files: known.filter(isMeant).length };
}

/** Problems of all environments, each once. Those of one environment alone, among several, say which. */
function folded(perEnvironment: ReadonlyMap<string, readonly Diagnostic[]>): Diagnostic[] {
  const seen = new Map<string, { readonly diagnostic: Diagnostic; readonly environments: Set<string> }>();
  for (const [environment, diagnostics] of perEnvironment)
    for (const diagnostic of diagnostics) {
      const { code, summary, range, service } = diagnostic;
      const key = JSON.stringify([code, summary, range?.file, range?.start.offset, service]);
      const one = seen.get(key) ?? { diagnostic, environments: new Set() };
      seen.set(key, one);
      one.environments.add(environment);
    }
  return [...seen.values()].map(({ diagnostic, environments: [first, ...others] }) =>
    first === undefined || others.length > 0 || perEnvironment.size === 1
      ? diagnostic
      : { ...diagnostic, environment: first },
  );
}

function wrongTemplates(
  notifications: readonly NotificationSpec[],
  check: ValidateInput["checkTemplate"],
): readonly PathProblem[] {
  const problems: PathProblem[] = [];
  for (const [index, { template }] of notifications.entries()) {
    const why = template === undefined ? null : check?.(template);
    if (!why) continue;
    problems.push({
      keys: ["notifications", String(index), "template"],
      at: "value",
      problem: {
        code: "template-syntax",
        severity: "error",
        summary: `the template cannot be filled in: ${why}`,
        hint: 'an example: `{"summary": {{json text}}}`',
      },
    });
  }
  return problems;
}

function lineOf({ range }: Diagnostic): string {
  return `${range?.file}:${range?.start.line}`;
}

function notesOf({ file, raw }: Read, schema: "service" | "fairlead"): Diagnostic[] {
  const where = origin([{ file, prefix: [] }]);
  return notEnforcedNotes(raw, schema).map(({ keys, at, problem }) => where.diagnosticAt(keys, at, problem));
}

function limit(
  paths: readonly string[],
  known: readonly string[],
): { readonly isMeant: (file: string) => boolean; readonly unknown: readonly Diagnostic[] } {
  const wanted = paths.map((path) => path.replace(/^(?:\.\/)+|\/+$/g, "").replace(/^\.$/, ""));
  const covers = (path: string, file: string): boolean => path === "" || file === path || file.startsWith(`${path}/`);
  const unknown = wanted.filter((path) => !known.some((file) => covers(path, file)));
  return {
    isMeant: (file) => wanted.some((path) => covers(path, file)),
    unknown: unknown.map((path) => {
      const meant = suggest(path, known);
      return {
        code: "path-unknown",
        severity: "error",
        summary: `\`${path}\` is no service file, and holds none`,
        detail: "Service files are those that `services` of fairlead.yaml names, without what Git ignores.",
        hint:
          meant === undefined
            ? "correct the path, or leave it out to validate everything"
            : `did you mean \`${meant}\`?`,
      };
    }),
  };
}
