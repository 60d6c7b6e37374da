import type { Ms, ServiceId } from "../model/basics.ts";
import type { Span } from "../model/health.ts";
import type { Incident, IncidentEvent, MaintenanceWindow } from "../model/incident.ts";
import { beganAt, isOpen } from "../model/incident-times.ts";
import { holderOf } from "./held-alerts.ts";
import {
  type Draft,
  draftOf,
  handOverAt,
  hasRoomFor,
  incidentOf,
  openAt,
  reopenAt,
  resolveAt,
  troubleAt,
} from "./incident-draft.ts";
import { type Piece, piecesOf } from "./trouble-pieces.ts";

/** What a service answered may be long; a sentence holds as much of it. */
const REASON_MAX = 300;

export interface AdvanceInput {
  /** Automatic ones that are kept: the open ones, and those of the stretch that `spans` covers and of the flapping window before it. */
  readonly known: readonly Incident[];
  /**
   * What held of **every** service that is watched, gapless, over a stretch of its own that ends now. An open incident of a service
   * that is not among them is closed, since nobody watches it any more; one of a service of which nothing is known stays.
   */
  readonly spans: ReadonlyMap<ServiceId, readonly Span[]>;
  readonly windows: readonly MaintenanceWindow[];
  readonly dependencies: ReadonlyMap<ServiceId, readonly ServiceId[]>;
  /** What people call a service; its id where there is nothing. */
  readonly names: ReadonlyMap<ServiceId, string>;
  /** Why a service was not well at a moment, in a few words without a full stop; null where nothing says. */
  readonly reasonAt?: (service: ServiceId, at: Ms) => string | null;
  readonly rules: { readonly flappingMs: Ms };
  readonly now: Ms;
}

export interface Advanced {
  /** All that were known, and new ones; by id. */
  readonly incidents: readonly Incident[];
  /** What has happened that the known ones did not tell yet, oldest first. */
  readonly events: readonly IncidentEvent[];
}

/**
 * Opens, changes, resolves and reopens incidents by what held. Works the whole stretch out anew each time, so that a run which
 * was missed, was made twice or learns of results that came late gives the same incidents; only what began before the stretch is
 * taken from those that are known. Pure: the same input gives the same incidents.
 */
export function advanceIncidents(input: AdvanceInput): Advanced {
  const known = new Map<ServiceId, Incident[]>();
  for (const incident of [...input.known].sort(byBegin)) {
    const [service] = incident.affected;
    if (incident.source === "automatic" && service !== undefined)
      known.set(service, [...(known.get(service) ?? []), incident]);
  }
  const incidents: Incident[] = input.known.filter(({ source }) => source !== "automatic");
  const events: IncidentEvent[] = [];
  for (const service of [...new Set([...known.keys(), ...input.spans.keys()])].sort()) {
    const spans = input.spans.get(service);
    const before = known.get(service) ?? [];
    const drafts =
      spans === undefined ? before.map((one) => gone(one, input)) : draftsOf(service, spans, before, input);
    for (const draft of drafts) {
      const incident = incidentOf(draft, input.names.get(service) ?? service);
      incidents.push(incident);
      events.push(...newsOf(draft, incident, before));
    }
  }
  const held = holderOf(input);
  return {
    incidents: incidents.sort((a, b) => (a.id < b.id ? -1 : 1)),
    events: events
      .map((event) => {
        const heldBy = event.is === "recovered" ? null : held(event.service);
        return heldBy === null ? event : { ...event, heldBy };
      })
      .sort((a, b) => a.at - b.at || (a.incident < b.incident ? -1 : 1)),
  };
}

/** What of a draft's events its record does not tell. */
function newsOf({ events }: Draft, incident: Incident, before: readonly Incident[]): readonly IncidentEvent[] {
  const recorded = before.find(({ id }) => id === incident.id);
  // By time and not by number: results that come late may take updates away, and what follows is news all the same.
  const told = recorded?.updates.at(-1)?.at ?? 0;
  // One collector tells of slow answers, then another of none since earlier: people know of the first alone.
  const isGraver = recorded?.severity === "degraded" && incident.severity === "down" && isOpen(incident);
  const gravest = isGraver ? events.findLast(({ is }) => is === "down") : undefined;
  return events.filter((event) => event.at > told || event === gravest);
}

function draftsOf(
  service: ServiceId,
  spans: readonly Span[],
  known: readonly Incident[],
  { windows, rules, reasonAt = () => null }: AdvanceInput,
): readonly Draft[] {
  const begin = spans[0]?.from ?? Number.POSITIVE_INFINITY;
  const pieces = piecesOf(service, spans, windows).map((piece) => {
    const reason = piece.is === "trouble" ? reasonAt(service, piece.from) : null;
    return reason === null ? piece : { ...piece, reason: shortened(reason) };
  });
  const carried = known.filter((one) => beganAt(one) < begin);
  const waiting = known.filter((one) => beganAt(one) >= begin);
  const drafts = carried.map((one) => draftOf(one, begin));
  let current: Draft | undefined = drafts.at(-1);
  const ids = new Set(known.map(({ id }) => id));
  for (const piece of pieces) {
    if (piece.is === "fine") {
      if (current?.resolvedAt === null) resolveAt(current, piece.from);
    } else if (piece.is === "trouble") {
      const isOver = current?.resolvedAt != null && piece.from - current.resolvedAt > rules.flappingMs;
      if (current === undefined || isOver || !hasRoomFor(current, piece)) {
        if (current?.resolvedAt === null) handOverAt(current, piece.from);
        current = openAt(service, piece, identityOf(service, piece, { waiting, ids }));
        drafts.push(current);
      } else if (current.resolvedAt !== null) reopenAt(current, piece);
      else troubleAt(current, piece);
    }
  }
  // Later results do not bear out what was recorded: it stays, since its address is known, and ends where it began.
  for (const one of waiting) if (!drafts.some(({ id }) => id === one.id)) drafts.push(unconfirmed(one, windows));
  return drafts;
}

function shortened(reason: string): string {
  return reason.length <= REASON_MAX ? reason : `${reason.slice(0, REASON_MAX - 1)}…`;
}

/** The id of one that is recorded already and overlaps the trouble; else a new one. */
function identityOf(
  service: ServiceId,
  piece: Piece,
  { waiting, ids }: { readonly waiting: Incident[]; readonly ids: Set<string> },
): string {
  const at = waiting.findIndex((one) => beganAt(one) < piece.to && endOf(one) >= piece.from);
  const [same] = at < 0 ? [] : waiting.splice(at, 1);
  if (same !== undefined) return same.id;
  const minute = new Date(piece.from).toISOString().slice(0, 16).replace("T", "-").replace(":", "");
  const base = `${service}-${minute}`;
  let id = base;
  for (let number = 2; ids.has(id); number++) id = `${base}-${number}`;
  ids.add(id);
  return id;
}

function unconfirmed(incident: Incident, windows: readonly MaintenanceWindow[]): Draft {
  const draft = draftOf(incident, Number.POSITIVE_INFINITY);
  if (draft.resolvedAt !== null) return draft;
  const from = beganAt(incident);
  const isAnnounced = windows.some(
    ({ affected, ...window }) =>
      from >= window.from &&
      from < window.to &&
      incident.affected.some((id) => affected.length === 0 || affected.includes(id)),
  );
  const says = isAnnounced ? "It is announced as maintenance since." : "Later results do not bear it out.";
  draft.stretches = [{ from, to: from, severity: incident.severity }];
  draft.resolvedAt = from;
  draft.updates.push({ at: from, status: "resolved", says });
  return draft;
}

function gone(incident: Incident, { now }: AdvanceInput): Draft {
  const draft = draftOf(incident, now);
  if (draft.resolvedAt !== null) return draft;
  draft.resolvedAt = now;
  draft.updates.push({ at: now, status: "resolved", says: "It is not watched any more." });
  return draft;
}

function endOf({ stretches, updates }: Incident): Ms {
  const last = stretches.at(-1);
  return last?.to === null ? Number.POSITIVE_INFINITY : Math.max(last?.to ?? 0, updates.at(-1)?.at ?? 0);
}

function byBegin(a: Incident, b: Incident): number {
  return beganAt(a) - beganAt(b) || (a.id < b.id ? -1 : 1);
}
