import { createHash } from "node:crypto";
import type { Ms } from "../model/basics.ts";
import type { Message } from "./messages.ts";
import { renderEmail } from "./render-email.ts";
import type { Sending } from "./send.ts";

/** Why a message was not taken, in words without an address. */
export interface Refused {
  readonly why: string;
  readonly hint?: string;
}

/**
 * Sends a message by SMTP, once: the next run tries again, and a server that has taken it knows it by its Message-ID. Null: it was
 * taken.
 */
export async function sendEmail(
  { key, notice, to }: Message,
  { address, server }: { readonly address: string; readonly server: string },
  { timeoutMs, userAgent }: Pick<Sending, "userAgent"> & { readonly timeoutMs: Ms },
): Promise<Refused | null> {
  if (to.from === undefined || server === "") return { why: "it has no `from` or no `server`" };
  if (!/^smtps?:\/\//i.test(server) || !URL.canParse(server))
    return { why: "its server is none that begins with smtp:// or smtps://" };
  // A secret that is something else must not be handed to a server as if it were an address.
  if (!/^[^\s@<>]{1,64}@[^\s@<>,]{1,255}(?: ?, ?[^\s@<>]{1,64}@[^\s@<>,]{1,255}){0,20}$/.test(address))
    return { why: "its address is no email address" };
  // Loaded where somebody is told by email.
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    url: server,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { subject, text, html } = renderEmail(notice);
  try {
    const { rejected } = await transport.sendMail({
      from: to.from,
      to: address,
      subject,
      text,
      html,
      messageId: `<${createHash("sha256").update(key).digest("hex").slice(0, 40)}@fairlead>`,
      headers: { "Auto-Submitted": "auto-generated", "Idempotency-Key": key, "X-Mailer": userAgent },
    });
    return rejected.length === 0 ? null : { why: "the server does not take mail for all of its addresses" };
  } catch (error) {
    return { why: inWords(error) };
  } finally {
    transport.close();
  }
}

/** By code alone: what a server says may repeat whom it was asked for. */
function inWords(error: unknown): string {
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
  const words: Readonly<Record<string, string>> = {
    EAUTH: "the server does not take its name and password",
    EENVELOPE: "the server does not take the sender or the recipient",
    EMESSAGE: "the server does not take the message",
    ECONNECTION: "the server cannot be reached",
    ESOCKET: "the server cannot be reached",
    EDNS: "its host is not known",
    ETIMEDOUT: "the server does not answer in time",
    ETLS: "the connection cannot be encrypted",
  };
  const why = words[String(code)] ?? "the server cannot be used";
  return typeof responseCode === "number" ? `${why} (${responseCode})` : why;
}
