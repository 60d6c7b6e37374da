import { type IncidentStore, incidentStore } from "../incidents/incident-store.ts";
import type { Face } from "./face.ts";
import type { Workspace } from "./workspace.ts";

/** The incidents of an environment. Whoever goes on for long opens them once: what was read is not read again. */
export async function openIncidents(face: Face, workspace: Workspace, environment: string): Promise<IncidentStore> {
  const { refs } = await workspace.refsOf(environment);
  return incidentStore({ refs, environment, random: face.nonce, clock: face.clock });
}
