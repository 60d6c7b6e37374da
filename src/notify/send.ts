import pLimit from "p-limit";
import type { Clock, Ms } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { SecretRef } from "../model/service.ts";
import type { Message } from "./messages.ts";
import { type Refused, sendEmail } from "./send-email.ts";
import { sendWebhook } from "./send-webhook.ts";

export interface Sending {
  /** A secret's value; undefined where there is none. */
  readonly secretOf: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly userAgent: string;
  /** For one attempt. */
  readonly timeoutMs?: Ms;
  /** What a second of waiting between two attempts lasts. */
  readonly secondMs?: Ms;
}

const SIDE_BY_SIDE = 4;
const TIMEOUT_MS = 10_000;

export interface Sent {
  /** Keys of messages that were taken, with when. */
  readonly sent: ReadonlyMap<string, Ms>;
  /** Names of those who did not take one. */
  readonly refused: ReadonlySet<string>;
  /** Of the others, why not: to whom, by name, and never with an address or a secret. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Sends messages: to each of those who are told in the order given, to several side by side. Where one message is not taken, what is
 * behind it waits for the next run: so the order holds, and a server that is gone is waited for once. Never throws over what
 * becomes of a message.
 */
export async function send(messages: readonly Message[], sending: Sending): Promise<Sent> {
  const sent = new Map<string, Ms>();
  const refused = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const limit = pLimit(SIDE_BY_SIDE);
  const queues = Map.groupBy(messages, ({ to }) => to.name);
  const sendAll = async (queue: readonly Message[]): Promise<void> => {
    for (const message of queue) {
      const problem = await sendOne(message, sending);
      if (problem !== null) {
        refused.add(message.to.name);
        diagnostics.push(problem);
        return;
      }
      sent.set(message.key, sending.clock.now());
    }
  };
  await Promise.all([...queues.values()].map((queue) => limit(() => sendAll(queue))));
  return { sent, refused, diagnostics };
}

async function sendOne(message: Message, sending: Sending): Promise<Diagnostic | null> {
  const missing = new Set<string>();
  const resolve = (value: string | SecretRef): string => {
    if (typeof value === "string") return value;
    const secret = sending.secretOf(value.secret);
    if (secret === undefined || secret === "") missing.add(value.secret);
    return secret ?? "";
  };
  const { to, server, sign_with } = message.to;
  const address = resolve(to);
  const smtp = server === undefined ? "" : resolve(server);
  const key = sign_with === undefined ? undefined : resolve(sign_with);
  const [name] = missing;
  if (name !== undefined) return unresolved(message, name);
  if (sending.signal.aborted) return notSent(message, { why: "the command was interrupted" });
  const how = { ...sending, timeoutMs: sending.timeoutMs ?? TIMEOUT_MS, secondMs: sending.secondMs ?? 1_000 };
  const refused =
    message.to.type === "email"
      ? await sendEmail(message, { address, server: smtp }, how)
      : await sendWebhook(message, { address, key }, how);
  return refused === null ? null : notSent(message, refused);
}

function unresolved({ to, notice }: Message, secret: string): Diagnostic {
  return {
    code: "secret-unresolved",
    severity: "warning",
    summary: `notification \`${to.name}\`: the secret \`${secret}\` has no value here, and nobody was told`,
    detail: `It was about: ${notice.title}`,
    hint: `set the environment variable \`${secret}\` where this command runs`,
    environment: notice.environment,
  };
}

function notSent({ to, notice }: Message, { why, hint }: Refused): Diagnostic {
  return {
    code: "notification-not-sent",
    severity: "warning",
    summary: `notification \`${to.name}\` was not sent: ${why}`,
    detail: `It was about: ${notice.title}. The next run tries it again.`,
    ...(hint === undefined ? {} : { hint }),
    environment: notice.environment,
  };
}
