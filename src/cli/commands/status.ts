import stringWidth from "fast-string-width";
import type { ServiceId } from "../../model/basics.ts";
import type { CatalogEntry } from "../../model/catalog.ts";
import type { Fleet, Observation } from "../../model/fleet.ts";
import type { Held, ServiceRecord } from "../../model/state.ts";
import { connecting } from "../connect-target.ts";
import type { Face } from "../face.ts";
import { openEnvironment } from "../open-environment.ts";
import { refuse, showProblems } from "../show-diagnostics.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace } from "../workspace.ts";

interface ServiceStatus {
  readonly id: ServiceId;
  /** The recorded release that serves; null: none. */
  readonly release: number | null;
  readonly declared: boolean;
  readonly wanted: number;
  readonly ready: number;
  readonly weights: Readonly<Record<string, number>>;
  readonly instances: readonly {
    readonly id: string;
    readonly release: number;
    readonly phase: string;
    readonly says?: string;
  }[];
  readonly held?: string;
  readonly rollout?: string;
  readonly address?: string;
}

/** `fairlead status`: what is recorded and what runs, side by side. Starts nothing. */
export async function status(face: Face, options: { readonly environment: string }): Promise<number> {
  const { terminal } = face;
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const environment = opened.value;
    const [{ state, oid }, catalog] = await Promise.all([environment.store.read(), environment.declared()]);
    const connector = await environment.kind.connector();
    const connection = await connector.connect(connecting(face, workspace, environment), "find");
    showProblems(terminal, connection.diagnostics);
    const observation = connection.value === null ? null : await connection.value.target.observe();
    await connection.value?.close();

    const ids = new Set([...catalog.value.services.keys(), ...state.services.keys()]);
    const services = [...ids].sort().map((id) =>
      statusOf(id, state.services.get(id) ?? null, {
        observation,
        port: catalog.value.services.get(id)?.spec.networking?.port,
        declared: catalog.value.services.get(id) ?? null,
      }),
    );
    const { claim } = state;
    if (terminal.json) {
      const applying =
        claim === null ? null : { run: claim.run, since: claim.since, ...(claim.url ? { url: claim.url } : {}) };
      const result = {
        format_version: "1.0",
        environment: environment.name,
        state: oid,
        running: observation !== null,
        applying,
        services,
      };
      terminal.result(`${JSON.stringify(result, null, 2)}\n`);
      return 0;
    }
    terminal.say(table(terminal, services));
    if (observation === null)
      terminal.say("Nothing runs here: `fairlead up` or `fairlead apply` starts what is declared.");
    if (claim !== null) terminal.say(`Being applied since ${claim.since} by ${claim.url ?? claim.run}.`);
    return 0;
  } finally {
    await workspace.close();
  }
}

function statusOf(
  id: ServiceId,
  record: ServiceRecord | null,
  beside: {
    readonly observation: Observation | null;
    readonly port: number | undefined;
    readonly declared: CatalogEntry | null;
  },
): ServiceStatus {
  const fleet: Fleet | undefined = beside.observation?.fleets.find(({ service }) => service === id);
  const groups = fleet?.groups ?? [];
  const instances = groups.flatMap((group) =>
    group.instances.map((instance) => ({ ...instance, release: group.release })),
  );
  return {
    id,
    release: record?.stable ?? null,
    declared: beside.declared !== null,
    wanted: groups.reduce((sum, { wanted }) => sum + wanted, 0),
    ready: instances.filter(({ phase }) => phase === "ready").length,
    weights: fleet?.weights ?? {},
    instances: instances.map(({ id: name, release, phase, says }) => ({
      id: name,
      release,
      phase,
      ...(says === undefined ? {} : { says }),
    })),
    ...(record?.held && isHeld(record.held, beside.declared)
      ? { held: `r${record.held.release}: ${record.held.reason}` }
      : {}),
    ...(record?.rollout ? { rollout: `${record.rollout.strategy}, ${record.rollout.phase}` } : {}),
    ...(beside.port === undefined ? {} : { address: `http://localhost:${beside.port}` }),
  };
}

/** What is declared now may be another release than the one that failed: then nothing waits any more. */
function isHeld({ specDigest, artifactDigest }: Held, declared: CatalogEntry | null): boolean {
  return declared === null || (declared.specDigest === specDigest && declared.artifactDigest === artifactDigest);
}

function table(terminal: Terminal, services: readonly ServiceStatus[]): string {
  if (services.length === 0) return "No service is declared or recorded.";
  const rows = services.map((service) => [
    mark(terminal, service),
    service.id,
    service.release === null ? "-" : `r${service.release}`,
    `${service.ready}/${service.wanted} ready`,
    service.address ?? "",
    terminal.style("dim", remark(service)),
  ]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? "")))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell))))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function mark(terminal: Terminal, { ready, wanted, held }: ServiceStatus): string {
  if (held !== undefined) return terminal.style("yellow", "!");
  if (wanted === 0) return terminal.style("dim", "○");
  return ready >= wanted ? terminal.style("green", "●") : terminal.style("red", "◐");
}

function remark(service: ServiceStatus): string {
  const troubled = service.instances.find(({ phase, says }) => phase !== "ready" && says !== undefined);
  return [
    service.declared ? "" : "no longer declared",
    service.held === undefined ? "" : `held (${service.held})`,
    service.rollout === undefined ? "" : `changing (${service.rollout})`,
    troubled?.says ?? "",
  ]
    .filter((part) => part !== "")
    .join("; ");
}
