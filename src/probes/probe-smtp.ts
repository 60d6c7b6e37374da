import type { Socket } from "node:net";
import { createTransport } from "nodemailer";
import { type Conversation, conversation } from "./conversation.ts";
import { hostOf, openSocket, upgrade } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

/**
 * Greets a mail server (RFC 5321: 220, EHLO, 250, QUIT), in the clear over smtp:, over TLS from the start over smtps:, and over
 * starttls: with a server that has to offer STARTTLS (RFC 3207) and a certificate that is trusted and for its host. With
 * credentials in the address it logs in as well; over smtp: that is by STARTTLS where the server offers it. The last reply's code
 * is [STATUS], its text the body.
 */
export async function askSmtp(question: Question, asking: Asking): Promise<Answered> {
  const { scheme, url } = question;
  if (scheme !== "starttls" && url.username !== "") return logIn(question, asking);
  const greeted = await greet(await open(question, asking), question, asking);
  return greeted.rejected === undefined && url.username !== "" ? logIn(question, asking) : greeted;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { smtp: 25, smtps: 465, starttls: 587 };

function open(question: Question, asking: Asking): Promise<Socket> {
  const { scheme } = question;
  return openSocket(question, asking, { defaultPort: DEFAULT_PORTS[scheme] ?? 25, secure: scheme === "smtps" });
}

async function greet(socket: Socket, question: Question, asking: Asking): Promise<Answered> {
  const plain = conversation(socket);
  const greeting = await reply(plain);
  asking.met.status = greeting.code;
  if (greeting.code !== 220) return { rejected: `greeted with ${greeting.code}` };
  let server = plain;
  let hello = await ehlo(server, asking);
  if (question.scheme === "starttls" && hello.code === 250) {
    // Without TLS there is no answer: whoever asks for it must not be content with less.
    if (!/^STARTTLS\b/im.test(hello.text)) throw new Refusal("does not offer STARTTLS");
    plain.say("STARTTLS\r\n");
    const { code } = await reply(plain);
    asking.met.status = code;
    if (code !== 220) throw new Refusal(`answered STARTTLS with ${code}`);
    server = conversation(await upgrade(socket, question, asking));
    hello = await ehlo(server, asking);
  }
  server.say("QUIT\r\n");
  return hello.code === 250 ? {} : { rejected: `answered EHLO with ${hello.code}` };
}

interface SmtpReply {
  readonly code: number;
  readonly text: string;
}

async function ehlo(server: Conversation, { met }: Asking): Promise<SmtpReply> {
  server.say("EHLO [127.0.0.1]\r\n");
  const hello = await reply(server);
  Object.assign(met, { status: hello.code, body: hello.text });
  return hello;
}

async function reply(server: Conversation): Promise<SmtpReply> {
  const texts: string[] = [];
  for (let lines = 0; lines < 100; lines++) {
    const match = /^(\d{3})([ -]?)(.*)$/.exec(await server.line());
    if (!match) break;
    texts.push(match[3] ?? "");
    if (match[2] !== "-") return { code: Number(match[1]), text: texts.join("\n") };
  }
  throw new Refusal("answered something that is not SMTP");
}

async function logIn(question: Question, asking: Asking): Promise<Answered> {
  const { url, scheme } = question;
  const secured = scheme === "smtps";
  const socket = await open(question, asking);
  const transport = createTransport({
    host: hostOf(question),
    secure: secured,
    requireTLS: scheme === "starttls",
    auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    connectionTimeout: asking.timeoutMs,
    greetingTimeout: asking.timeoutMs,
    socketTimeout: asking.timeoutMs,
    logger: false,
  });
  // Our own socket, so that it is closed with the asking, whatever the client does.
  transport.getSocket = (_, callback) => callback(null, { connection: socket, secured });
  asking.closing(() => transport.close());
  try {
    await transport.verify();
  } catch (error) {
    const code = (error as { responseCode?: unknown }).responseCode;
    if (typeof code === "number") asking.met.status = code;
    if ((error as { code?: unknown }).code === "EAUTH") throw new Refusal("the log-in was refused");
    throw error;
  }
  return {};
}
