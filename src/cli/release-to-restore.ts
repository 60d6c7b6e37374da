import { suggest } from "../diagnostics/suggest.ts";
import type { ServiceId } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { Release } from "../model/state.ts";
import type { OpenEnvironment, Recorded } from "./open-environment.ts";
import { releasesOf } from "./release-history.ts";
import type { Workspace } from "./workspace.ts";

/** How far back a number is looked for in State's log. */
const RELEASES_MAX = 10_000;

/**
 * The release of that number, out of State or its log; without one, the one that served before what serves now. Null with
 * diagnostics where there is none.
 */
export async function releaseToRestore(
  workspace: Workspace,
  environment: OpenEnvironment,
  { service, to, on }: { readonly service: ServiceId; readonly to: number | undefined; readonly on: Recorded },
): Promise<Diagnosed<Release | null>> {
  const record = on.state.services.get(service);
  if (record === undefined || on.oid === null)
    return { value: null, diagnostics: [notRecorded(service, environment.name, on.state.services.keys())] };
  const { stable, releases } = record;
  const isWanted = ({ number }: Release): boolean => (to === undefined ? number < (stable ?? 0) : number === to);
  const near = releases.findLast(isWanted);
  if (near !== undefined) return { value: near, diagnostics: [] };
  const max = to === undefined ? releases.length + 20 : RELEASES_MAX;
  const past = await releasesOf(workspace, environment, { service, tip: on.oid, max });
  const served = past.filter(({ end }) => to !== undefined || end.is === "replaced" || end.is === "stopped");
  const found = served.find(({ release }) => isWanted(release));
  if (found !== undefined) return { value: found.release, diagnostics: [] };
  const known = past.map(({ release }) => release.number);
  return { value: null, diagnostics: [noRelease(service, environment.name, { to, stable, known })] };
}

function notRecorded(service: ServiceId, environment: string, known: Iterable<ServiceId>): Diagnostic {
  const meant = suggest(service, known);
  return {
    code: "service-unknown",
    severity: "error",
    environment,
    summary: `State records no release of \`${service}\` in ${environment}`,
    ...(meant === undefined ? {} : { hint: `did you mean \`${meant}\`?` }),
  };
}

function noRelease(
  service: ServiceId,
  environment: string,
  on: { readonly to: number | undefined; readonly stable: number | null; readonly known: readonly number[] },
): Diagnostic {
  const { to, stable, known } = on;
  const summary =
    to !== undefined
      ? `\`${service}\` has no r${to} in ${environment}`
      : stable === null
        ? `nothing of \`${service}\` serves in ${environment}: say which release with --to`
        : `\`${service}\` has no release before r${stable} in ${environment}`;
  const detail = `State and its log know: ${known.map((number) => `r${number}`).join(", ") || "none"}.`;
  const hint = `\`fairlead history ${service} -e ${environment}\` tells what each was`;
  return { code: "rollback-not-possible", severity: "error", service, environment, summary, detail, hint };
}
