import { isDeepStrictEqual } from "node:util";
import { codeSpan } from "../../diagnostics/escape-markdown.ts";
import type { Step } from "../../model/plan.ts";

/** A delete and a create that look like one service under another id, with what would make it a move. A sentence each. */
export function renamesIn(steps: readonly Step[]): string[] {
  const pairs = renamedPairs(steps);
  return pairs.slice(0, TOLD_MAX).map(({ from, to, file }) => {
    const where = file === undefined ? "its file" : codeSpan(file, 200);
    return `${codeSpan(to)} looks like ${codeSpan(from)} under another id. If it is, add ${codeSpan(`previous_id: ${from}`)} to ${where}, and it becomes a move: what runs and its history stay.`;
  });
}

/** From the plan alone: both run the same files, or both are all the same but for their names, or both come from one file. */
export function renamedPairs(
  steps: readonly Step[],
): { readonly from: string; readonly to: string; readonly file?: string }[] {
  const gone = steps.filter(({ action, before }) => action === "delete" && before !== null).slice(0, COMPARED_MAX);
  const created = steps.filter(({ action, after }) => action === "create" && after !== null).slice(0, COMPARED_MAX);
  const taken = new Set<string>();
  return created.flatMap((step) => {
    const old = gone.find((one) => !taken.has(one.service) && isSame(one, step));
    if (old === undefined) return [];
    taken.add(old.service);
    return [{ from: old.service, to: step.service, ...(step.file === undefined ? {} : { file: step.file }) }];
  });
}

const TOLD_MAX = 5;
/** Each is compared with each. */
const COMPARED_MAX = 100;

function isSame({ before, file }: Step, { after, file: declared }: Step): boolean {
  if (before === null || after === null) return false;
  if (file !== undefined && file === declared) return true;
  if (!isDeepStrictEqual(before.artifact, after.artifact)) return false;
  // Services of one image or template are all alike in that: these must agree in the rest as well.
  if (after.artifact.kind === "files") return true;
  return isDeepStrictEqual({ ...before.spec, id: after.spec.id, name: after.spec.name }, after.spec);
}
