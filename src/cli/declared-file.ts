import { loadCatalog } from "../catalog/load-catalog.ts";
import { catalogMemo } from "../catalog/memo.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { ServiceId } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import { checkCondition } from "../probes/condition-syntax.ts";
import type { Look, Workspace } from "./workspace.ts";

/** The path of the file that declares a service, as one look found it; null with diagnostics where none that can be used does. */
export async function declaredFile(
  { readCache, templates }: Workspace,
  { tree, project, diagnostics }: Look,
  service: ServiceId,
): Promise<Diagnosed<string | null>> {
  const [environment = "development"] = Object.keys(project.environments);
  const memo = catalogMemo({ read: readCache, write: () => {} });
  const input = { tree, project, environment, templates, commit: null, dirty: true, checkCondition, memo };
  const catalog = await loadCatalog(input);
  const entry = catalog.value.services.get(service);
  if (entry !== undefined) return { value: entry.file, diagnostics: [] };
  const errors = [...diagnostics, ...catalog.diagnostics].filter(({ severity }) => severity === "error");
  if (catalog.value.broken.has(service) && errors.length > 0) return { value: null, diagnostics: errors };
  return { value: null, diagnostics: [unknown(service, catalog.value.services.keys())] };
}

function unknown(service: ServiceId, known: Iterable<ServiceId>): Diagnostic {
  const meant = suggest(service, known);
  return {
    code: "service-unknown",
    severity: "error",
    summary: `no file declares \`${service}\``,
    hint: meant === undefined ? "`fairlead validate` lists what is wrong with the files" : `did you mean \`${meant}\`?`,
  };
}
