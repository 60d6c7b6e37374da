import { isDeepStrictEqual } from "node:util";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { StepDraft } from "./step-of.ts";

/**
 * A new service that runs just what one that goes away runs is likely the same under another id. Only its file can say so, with
 * `previous_id`; unsaid it is a delete and a create, and the reader is told.
 */
export function renamedIds(drafts: readonly StepDraft[], { services, environment }: Catalog): Diagnostic[] {
  const gone = drafts.filter(({ action, before }) => action === "delete" && before !== null);
  if (gone.length === 0) return [];
  return drafts.flatMap((created): Diagnostic[] => {
    const entry = services.get(created.service);
    if (created.action !== "create" || entry === undefined) return [];
    const from = gone.find((old) => isSame(old, created));
    if (from === undefined) return [];
    return [
      {
        code: "id-changed",
        severity: "warning",
        environment,
        service: created.service,
        summary: `\`${from.service}\` is deleted and \`${created.service}\` is created, and both run the same`,
        detail: "A service is known by its id: its releases, its history and what runs of it belong to the old one.",
        hint: `if it is the same service under a new name, say \`previous_id: ${from.service}\` in its file`,
        range: entry.rangeOf("id"),
      },
    ];
  });
}

/** The same code, image or template's services would all be alike: those must agree in what else they say as well. */
function isSame(old: StepDraft, created: StepDraft): boolean {
  const [was, is] = [old.before, created.after];
  if (was === null || is === null || !isDeepStrictEqual(was.artifact, is.artifact)) return false;
  if (is.artifact.kind === "files") return true;
  return isDeepStrictEqual({ ...was.spec, id: is.spec.id, name: is.spec.name }, is.spec);
}
