import type { Ms, ServiceId } from "../model/basics.ts";
import type { SloFigures } from "../model/health.ts";
import type { Incident, IncidentEvent, IncidentRecord } from "../model/incident.ts";
import { isOpen } from "../model/incident-times.ts";
import type { NotificationSpec } from "../model/project.ts";
import { keptKeys, STALE_MS } from "./kept-keys.ts";
import { type Message, messagesOf } from "./messages.ts";
import { fastBurnOf, type NoticeOf, noticeOf, reminderOf } from "./notice.ts";

/** A budget that burns on is told of no more often than this, whatever incidents it comes of. */
const BURN_QUIET_MS = 6 * 3_600_000;

export interface DueInput {
  readonly incident: Incident;
  /** As it was recorded; undefined for a new one. */
  readonly record: IncidentRecord | undefined;
  /** What has happened that the record does not tell yet. */
  readonly events: readonly IncidentEvent[];
  readonly notifications: readonly NotificationSpec[];
  readonly about: NoticeOf;
  /** A dependency that is down: alerts wait as long as it is. */
  readonly heldBy: ServiceId | null;
  /** How its service's promise is kept, where this is the service's newest incident and the budget burns fast. */
  readonly burn?: SloFigures;
  /** What was told of the service's other incidents. */
  readonly elsewhere?: readonly IncidentRecord["told"][];
  readonly now: Ms;
}

export interface Due {
  /** To be sent now, oldest first. */
  readonly messages: readonly Message[];
  /** What is to be remembered of everything told or still to be told of the incident; what is in `messages` is null until it has left. */
  readonly told: Readonly<Record<string, Ms | null>>;
}

/**
 * What is to be told of one incident. An alert that is held stays due; where the incident is over before it was let go, neither the
 * alert nor the recovery is told. Pure.
 */
export function dueMessages(input: DueInput): Due {
  const { incident, record, events, notifications, about, heldBy, now } = input;
  const told: Record<string, Ms | null> = { ...record?.told };
  const isOver = !isOpen(incident);
  const messages: Message[] = [];
  /** By name, who was told anything of it. */
  const heard = new Set(
    Object.keys(told)
      .filter((key) => told[key] !== null)
      .map((key) => key.slice(key.lastIndexOf(":") + 1)),
  );
  const add = (message: Message, isHeld: boolean): void => {
    told[message.key] = null;
    if (isHeld) return;
    messages.push(message);
    heard.add(message.to.name);
  };
  const pending = Object.keys(told).filter((key) => told[key] === null);
  for (const key of pending) delete told[key];
  const again = eventsOf(incident, pending, about.environment);
  for (const event of [
    ...again,
    ...events.filter(({ is, at }) => !again.some((one) => one.is === is && one.at === at)),
  ]) {
    if (now - event.at > STALE_MS) continue;
    const isAlert = event.is !== "recovered";
    for (const message of messagesOf(noticeOf(event, about, incident), notifications)) {
      const wasPending = pending.includes(message.key);
      if (told[message.key] !== undefined) continue;
      if (wasPending || events.includes(event)) {
        const isHeld = isAlert && heldBy !== null;
        // Of what is over before anybody heard of it, nobody has to hear.
        if (isAlert && isOver && (isHeld || (wasPending && !events.some(({ is }) => is !== "recovered")))) continue;
        if (!isAlert && wantsAlerts(message.to) && !heard.has(message.to.name)) continue;
        add(message, isHeld);
      }
    }
  }
  for (const message of burnMessages(input, pending)) add(message, heldBy !== null);
  if (!isOver && heldBy === null)
    for (const to of notifications) {
      if (to.reminder === undefined || !heard.has(to.name)) continue;
      const notice = reminderOf(incident, about, { everyMs: to.reminder, now });
      for (const message of notice === null ? [] : messagesOf(notice, [to]))
        if (told[message.key] === undefined) add(message, false);
    }
  const kept = keptKeys(told, now);
  return { messages: messages.filter(({ key }) => key in kept), told: kept };
}

function burnMessages(
  { incident, record, notifications, about, burn, elsewhere = [], now }: DueInput,
  pending: readonly string[],
): readonly Message[] {
  if (burn === undefined) return [];
  // What could not leave keeps its key.
  const waiting = pending.find(isOfBurn)?.split(":")[3];
  const at = waiting === undefined ? now : Number(waiting) * 1_000;
  const notice = fastBurnOf(incident, about, { figures: burn, at });
  const told = [record?.told ?? {}, ...elsewhere].flatMap((keys) => Object.entries(keys));
  return notice === null
    ? []
    : messagesOf(notice, notifications).filter(
        ({ to }) =>
          !told.some(
            ([key, left]) =>
              left !== null && isOfBurn(key) && key.endsWith(`:${to.name}`) && now - left < BURN_QUIET_MS,
          ),
      );
}

function isOfBurn(key: string): boolean {
  return key.split(":")[2] === "fast_burn";
}

function wantsAlerts({ events }: NotificationSpec): boolean {
  return events.some((event) => event === "down" || event === "degraded" || event === "fast_burn");
}

/** The events that keys of messages speak of: `ENVIRONMENT:INCIDENT:EVENT:SECONDS:NAME`. Reminders are made anew. */
function eventsOf(incident: Incident, keys: readonly string[], environment: string): readonly IncidentEvent[] {
  const events = new Map<string, IncidentEvent>();
  const [service] = incident.affected;
  for (const key of keys) {
    const [place, id, is, seconds] = key.split(":");
    const update = incident.updates.find(({ at }) => String(Math.floor(at / 1_000)) === seconds);
    if (place !== environment || id !== incident.id || update === undefined || service === undefined) continue;
    if (is !== "down" && is !== "degraded" && is !== "recovered") continue;
    events.set(`${is}:${seconds}`, { incident: id, service, is, at: update.at, says: update.says });
  }
  return [...events.values()].sort((a, b) => a.at - b.at);
}
