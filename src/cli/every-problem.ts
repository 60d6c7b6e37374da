import { readFrontMatter } from "../catalog/read-front-matter.ts";
import { type Validation, validateRepository } from "../catalog/validate-repository.ts";
import { readWrittenIncidents } from "../incidents/written-incidents.ts";
import { templateProblem } from "../notify/webhook-template.ts";
import { checkCondition } from "../probes/condition-syntax.ts";
import type { Face } from "./face.ts";
import type { Workspace } from "./workspace.ts";

/** What `fairlead validate` finds in the working folder: services, fairlead.yaml and written incidents, with every rule. */
export async function everyProblem(
  face: Face,
  workspace: Workspace,
  /** Relative to the top; everything unless given. */
  paths?: readonly string[],
): Promise<Validation> {
  const { tree } = await workspace.look();
  return validateRepository({
    tree,
    templates: workspace.templates,
    checkCondition,
    checkTemplate: templateProblem,
    async alsoRead(declared) {
      const { value, diagnostics } = await readWrittenIncidents({
        ...declared,
        readFrontMatter,
        now: face.clock.now(),
      });
      return { files: value.files, diagnostics };
    },
    ...(paths === undefined ? {} : { paths }),
  });
}
