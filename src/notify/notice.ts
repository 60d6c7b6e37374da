/**
 * `notify/` tells people: what a message says, to whom it goes and how it leaves. It promises that a message carries the same key
 * however often it is sent, that text from files stays text wherever it is shown, and that no secret is in a message, an error
 * or a diagnostic. It decides nothing about incidents (`incidents/`) and keeps nothing: what has left is written down by its caller.
 */
import { lasting } from "../diagnostics/lasting.ts";
import type { Ms, ServiceId } from "../model/basics.ts";
import type { SloFigures } from "../model/health.ts";
import type { Incident, IncidentEvent } from "../model/incident.ts";
import { lastedMs } from "../model/incident-times.ts";
import type { NotificationSpec } from "../model/project.ts";

/** Something worth telling, before it is known to whom. */
export interface Notice {
  /** Permanent, of letters, digits, dashes and colons: the same thing has the same one on every machine. */
  readonly id: string;
  readonly event: NotificationSpec["events"][number] | "reminder";
  readonly environment: string;
  readonly service: ServiceId;
  /** What people call the service. */
  readonly name: string;
  readonly owner?: string;
  readonly at: Ms;
  /** One line. */
  readonly title: string;
  /** A sentence more. */
  readonly says: string;
  /** The incident's id. */
  readonly incident?: string;
  /** Where more is to be read. */
  readonly url?: string;
}

export type NoticeOf = Pick<Notice, "environment" | "name" | "owner" | "url">;

/** An incident's event as a notice. */
export function noticeOf(event: IncidentEvent, { environment, name, ...about }: NoticeOf, incident: Incident): Notice {
  const isFirst = incident.updates[0]?.at === event.at;
  const state = { down: "is down", degraded: "is degraded", recovered: "works again" }[event.is];
  return {
    id: `${environment}:${event.incident}:${event.is}:${Math.floor(event.at / 1_000)}`,
    event: event.is,
    environment,
    service: event.service,
    name,
    ...about,
    at: event.at,
    title: `${environment}: ${name} ${state}`,
    says: event.is === "recovered" ? tookOf(incident, event.at) : isFirst ? since(event) : event.says,
    incident: event.incident,
  };
}

/**
 * That a service spends its error budget fast, which can be so of many short failures as of a long one. Told of the incident that is
 * its newest. Null where no availability is promised.
 */
export function fastBurnOf(
  { id, affected: [service = ""] }: Incident,
  { environment, name, ...about }: NoticeOf,
  { figures, at }: { readonly figures: SloFigures; readonly at: Ms },
): Notice | null {
  const { slo, budget, burnRates } = figures;
  if (slo.availability === undefined || budget === undefined || burnRates === undefined) return null;
  const rates = (["1h", "6h"] as const).map((over) => `${burnRates[over] ?? 0} times over ${over.slice(0, -1)} h`);
  const left = Math.max(0, budget.leftSeconds) * 1_000;
  return {
    id: `${environment}:${id}:fast_burn:${Math.floor(at / 1_000)}`,
    event: "fast_burn",
    environment,
    service,
    name,
    ...about,
    at,
    title: `${environment}: ${name} spends its error budget fast`,
    says: `What ${percentOf(slo.availability)} allows is spent ${rates.join(", ")}; of the budget of ${lasting(slo.window)}, ${left === 0 ? "nothing" : lasting(left)} is left.`,
    incident: id,
  };
}

/** `99.95%`, as it was declared. */
function percentOf(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}

/** A release that runs now, or one that failed and is held; a service that was taken away has none. */
export interface Deployment {
  readonly service: ServiceId;
  readonly is: "deployed" | "failed";
  readonly release: number | null;
  readonly says: string;
  readonly at: Ms;
}

/** What an apply made of one service, as a notice. A release that is put in place again is news again. */
export function deploymentNotice(
  { service, is, release, says, at }: Deployment,
  { environment, name, ...about }: NoticeOf,
): Notice {
  const what = release === null ? name : `${name} r${release}`;
  return {
    id: `${environment}:${service}:${is}:${release ?? "gone"}-${Math.floor(at / 1_000)}`,
    event: is,
    environment,
    service,
    name,
    ...about,
    at,
    title: `${environment}: ${what} ${is === "failed" ? "failed" : release === null ? "was taken away" : "runs now"}`,
    says,
  };
}

/** Of an open incident, the reminder that is due by now: the newest one alone, whatever was missed. Null before the first. */
export function reminderOf(
  incident: Incident,
  { environment, name, ...about }: NoticeOf,
  { everyMs, now }: { readonly everyMs: Ms; readonly now: Ms },
): Notice | null {
  // From when it came back: what was over in between was told as over.
  const over = incident.updates.findLastIndex(({ status }) => status === "resolved");
  const since = incident.updates[over + 1]?.at;
  const [service] = incident.affected;
  if (since === undefined || service === undefined || everyMs <= 0) return null;
  const number = Math.floor((now - since) / everyMs);
  if (number < 1) return null;
  return {
    id: `${environment}:${incident.id}:reminder:${Math.floor(since / 1_000)}-${number}`,
    event: "reminder",
    environment,
    service,
    name,
    ...about,
    at: since + number * everyMs,
    title: `${environment}: ${name} is still ${incident.severity === "down" ? "down" : "degraded"}`,
    says: `Since ${clockOf(since)}.`,
    incident: incident.id,
  };
}

/** `After 12 minutes.`, up to the moment, which what came later does not change. */
function tookOf({ stretches }: Incident, at: Ms): string {
  const until = stretches.filter(({ from }) => from < at).map((one) => ({ ...one, to: Math.min(one.to ?? at, at) }));
  const times = until.filter(({ from }, index) => until[index - 1]?.to !== from).length;
  return `After ${lasting(lastedMs({ stretches: until }, at))}${times > 1 ? ` in total, ${times} times` : ""}.`;
}

/** `Connection refused, since 2026-11-24 12:03 UTC.` */
function since({ at, reason }: IncidentEvent): string {
  if (reason === undefined) return `Since ${clockOf(at)}.`;
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}, since ${clockOf(at)}.`;
}

function clockOf(at: Ms): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
