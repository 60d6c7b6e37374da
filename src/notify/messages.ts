import type { NotificationSpec } from "../model/project.ts";
import type { Notice } from "./notice.ts";

/** One notice to one of those who are told. */
export interface Message {
  /** Whoever gets it twice knows it by this: the notice's id and the notification's name. */
  readonly key: string;
  readonly notice: Notice;
  readonly to: NotificationSpec;
}

/** Who is told of it: by event, and by service or owner. A reminder goes to whoever asks for reminders. */
export function messagesOf(notice: Notice, notifications: readonly NotificationSpec[]): readonly Message[] {
  return notifications
    .filter((to) => wants(to, notice) && concerns(to, notice))
    .map((to) => ({ key: `${notice.id}:${to.name}`, notice, to }));
}

function wants({ events, reminder }: NotificationSpec, { event }: Notice): boolean {
  return event === "reminder" ? reminder !== undefined : events.includes(event);
}

function concerns({ services }: NotificationSpec, { service, owner }: Notice): boolean {
  if (services === undefined) return true;
  return services.some((one) => (typeof one === "string" ? one === service : one.owner === owner));
}
