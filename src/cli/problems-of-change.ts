import { validateRepository } from "../catalog/validate-repository.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Tree } from "../model/tree.ts";
import { checkCondition } from "../probes/condition-syntax.ts";
import type { Workspace } from "./workspace.ts";

/**
 * The errors that a change of files would bring: all of the files that it touches, in every environment, and those of other
 * files that were not there before. What is wrong elsewhere already is no reason to refuse it.
 */
export async function problemsOfChange(
  { templates }: Workspace,
  change: { readonly before: Tree; readonly after: Tree; readonly files: ReadonlySet<string> },
): Promise<readonly Diagnostic[]> {
  const errorsOf = async (tree: Tree): Promise<readonly Diagnostic[]> => {
    const { diagnostics } = await validateRepository({ tree, templates, checkCondition });
    return diagnostics.filter(({ severity }) => severity === "error");
  };
  const after = await errorsOf(change.after);
  const isOfChange = ({ range }: Diagnostic): boolean => range !== undefined && change.files.has(range.file);
  if (after.every(isOfChange)) return after;
  const before = new Set((await errorsOf(change.before)).map(keyOf));
  return after.filter((error) => isOfChange(error) || !before.has(keyOf(error)));
}

function keyOf({ code, summary, range, environment }: Diagnostic): string {
  return JSON.stringify([code, summary, range?.file, environment]);
}
