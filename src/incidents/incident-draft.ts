import { lasting } from "../diagnostics/lasting.ts";
import type { Ms, ServiceId } from "../model/basics.ts";
import type { Incident, IncidentEvent, IncidentUpdate, Stretch } from "../model/incident.ts";
import { lastedMs } from "../model/incident-times.ts";
import type { Piece } from "./trouble-pieces.ts";

/** So many fit into a record with all that is said of them (`record-codec.ts`): what goes on after that is another incident. */
const STRETCHES_MAX = 200;

type Trouble = Extract<Piece, { readonly is: "trouble" }>;

/** An incident while it is worked out; stretches have ends, `resolvedAt` says whether it is over. */
export interface Draft {
  readonly id: string;
  readonly service: ServiceId;
  stretches: { readonly from: Ms; to: Ms; readonly severity: Stretch["severity"] }[];
  readonly updates: IncidentUpdate[];
  resolvedAt: Ms | null;
  readonly events: IncidentEvent[];
}

/** What was recorded of it before `until`; the rest is worked out anew. */
export function draftOf({ id, affected, stretches, updates }: Incident, until: Ms): Draft {
  const told = updates.filter(({ at }) => at < until);
  const last = told.at(-1);
  return {
    id,
    service: affected[0] ?? "",
    stretches: stretches
      .filter(({ from }) => from < until)
      .map(({ from, to, severity }) => ({ from, to: Math.min(to ?? until, until), severity })),
    updates: told,
    resolvedAt: last?.status === "resolved" ? last.at : null,
    events: [],
  };
}

export function openAt(service: ServiceId, piece: Trouble, id: string): Draft {
  const { from, to, severity, reason } = piece;
  const draft: Draft = { id, service, stretches: [], updates: [], resolvedAt: null, events: [] };
  draft.stretches.push({ from, to, severity });
  const says = because(severity === "down" ? "It is down" : "It answers, but not well", reason);
  tell(draft, severity, { at: from, status: "investigating", says }, reason);
  return draft;
}

/** It came back within the flapping window: the same incident goes on. */
export function reopenAt(draft: Draft, { from, to, severity, reason }: Trouble): void {
  draft.stretches.push({ from, to, severity });
  draft.resolvedAt = null;
  const says = because(severity === "down" ? "It is down again" : "Again it answers, but not well", reason);
  tell(draft, severity, { at: from, status: "investigating", says }, reason);
}

/** It goes on, as it was, better or worse. */
export function troubleAt(draft: Draft, { from, to, severity, reason }: Trouble): void {
  const last = draft.stretches.at(-1);
  if (last !== undefined && last.to === from && last.severity === severity) {
    last.to = to;
    return;
  }
  draft.stretches.push({ from, to, severity });
  if (last?.severity === severity) return;
  if (severity === "down")
    tell(
      draft,
      "down",
      { at: from, status: "investigating", says: because("It got worse and is down now", reason) },
      reason,
    );
  else tell(draft, "degraded", { at: from, status: "monitoring", says: "It got better: it answers, but not well." });
}

/** Whether there is room for a piece. A service that never comes to rest would fill any record. */
export function hasRoomFor({ stretches }: Draft, { from, severity }: Trouble): boolean {
  const last = stretches.at(-1);
  return stretches.length < STRETCHES_MAX || (last?.to === from && last.severity === severity);
}

/** It goes on, as another incident: nobody is told that it works. */
export function handOverAt(draft: Draft, at: Ms): void {
  draft.resolvedAt = at;
  draft.updates.push({ at, status: "resolved", says: "It goes on as another incident: this one is full." });
}

export function resolveAt(draft: Draft, at: Ms): void {
  draft.resolvedAt = at;
  tell(draft, "recovered", { at, status: "resolved", says: `It works again, after ${lasting(lastedMs(draft, at))}.` });
}

function because(what: string, reason: string | undefined): string {
  return reason === undefined ? `${what}.` : `${what}: ${reason}.`;
}

function tell(draft: Draft, is: IncidentEvent["is"], update: IncidentUpdate, reason?: string): void {
  const { id: incident, service, updates } = draft;
  draft.events.push({
    incident,
    service,
    is,
    at: update.at,
    says: update.says,
    ...(reason === undefined ? {} : { reason }),
  });
  updates.push(update);
}

/** The finished value. `name`: what people call the service. */
export function incidentOf({ id, service, stretches, updates, resolvedAt }: Draft, name: string): Incident {
  const last = stretches.at(-1);
  const gravest = stretches.some(({ severity }) => severity === "down") ? "down" : (last?.severity ?? "down");
  const severity = resolvedAt === null ? (last?.severity ?? "down") : gravest;
  return {
    id,
    title: `${name} ${resolvedAt === null ? "is" : "was"} ${severity}`,
    severity,
    affected: [service],
    stretches: stretches.map((stretch) =>
      stretch === last && resolvedAt === null ? { ...stretch, to: null } : stretch,
    ),
    updates,
    source: "automatic",
  };
}
