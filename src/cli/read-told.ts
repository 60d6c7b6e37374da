import type { IncidentStore } from "../incidents/incident-store.ts";
import { windowsBetween } from "../incidents/maintenance.ts";
import { allIncidents } from "../incidents/merge-incidents.ts";
import type { Ms } from "../model/basics.ts";
import type { Diagnosed } from "../model/diagnostic.ts";
import type { Incident, MaintenanceWindow } from "../model/incident.ts";
import type { Face } from "./face.ts";
import { readWritten } from "./read-written.ts";
import type { Workspace } from "./workspace.ts";

/** Maintenance is shown as far back as the bars reach, and as far ahead as people plan. */
const SHOWN_MS: Ms = 90 * 86_400_000;

/** What is told of an environment beside its figures: incidents, and the maintenance of the days around now. */
export interface Told {
  readonly incidents: readonly Incident[];
  readonly windows: readonly MaintenanceWindow[];
}

/** Reads incidents that opened by themselves, those that people wrote, and announced maintenance. */
export async function readTold(face: Face, workspace: Workspace, incidents: IncidentStore): Promise<Diagnosed<Told>> {
  const now = face.clock.now();
  const [kept, written] = await Promise.all([incidents.read(), readWritten(workspace.look, now)]);
  const windows = await windowsBetween(written.value.maintenance, { from: now - SHOWN_MS, to: now + SHOWN_MS });
  return {
    value: { incidents: allIncidents(kept.value, written.value), windows },
    diagnostics: [...kept.diagnostics, ...written.diagnostics],
  };
}
