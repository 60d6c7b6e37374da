import { askTarget } from "../apply/ask-target.ts";
import { type DriftReport, driftReport } from "../apply/drift-report.ts";
import type { Oid } from "../model/basics.ts";
import type { Diagnosed } from "../model/diagnostic.ts";
import type { Observation } from "../model/fleet.ts";
import { connecting } from "./connect-target.ts";
import type { Face } from "./face.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { isUsable } from "./show-diagnostics.ts";
import { stateProblems } from "./state-descent.ts";
import type { Workspace } from "./workspace.ts";

export interface DriftFound {
  readonly report: DriftReport;
  /** The State that it was compared with. */
  readonly state: Oid | null;
}

/** Compares what runs with what is recorded, starting and changing nothing; null where it cannot be told. */
export async function lookForDrift(
  face: Face,
  workspace: Workspace,
  environment: OpenEnvironment,
): Promise<Diagnosed<DriftFound | null>> {
  const { state, oid } = await environment.store.read();
  // Against a State that was moved or deleted everything would seem foreign.
  const wrong = await stateProblems(workspace, environment, { tip: oid, deployed: [] });
  if (wrong.length > 0) return { value: null, diagnostics: wrong };
  const connector = await environment.kind.connector();
  const connection = await connector.connect(connecting(face, workspace, environment), "find");
  if (!isUsable(connection.diagnostics)) return { value: null, diagnostics: connection.diagnostics };
  let observation: Observation | null = null;
  try {
    if (connection.value !== null) {
      const asked = await askTarget(connection.value.target, environment.name);
      if (asked.value === null) return { value: null, diagnostics: asked.diagnostics };
      observation = asked.value;
    }
  } finally {
    await connection.value?.close();
  }
  return { value: { report: driftReport(state, observation), state: oid }, diagnostics: connection.diagnostics };
}
