import { createTransport } from "nodemailer";
import { type Conversation, conversation } from "./conversation.ts";
import { hostOf, openSocket } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

/**
 * Greets a mail server (RFC 5321: 220, EHLO, 250, QUIT); with credentials in the address it logs in as well, over STARTTLS
 * where the server offers it. The last reply's code is [STATUS], its text the body.
 */
export async function askSmtp(question: Question, asking: Asking): Promise<Answered> {
  const secure = question.scheme === "smtps";
  const socket = await openSocket(question, asking, { defaultPort: secure ? 465 : 25, secure });
  if (question.url.username !== "") return logIn(question, asking, socket);
  const server = conversation(socket);
  const greeting = await reply(server);
  asking.met.status = greeting.code;
  if (greeting.code !== 220) return { rejected: `greeted with ${greeting.code}` };
  server.say("EHLO [127.0.0.1]\r\n");
  const hello = await reply(server);
  Object.assign(asking.met, { status: hello.code, body: hello.text });
  server.say("QUIT\r\n");
  return hello.code === 250 ? {} : { rejected: `answered EHLO with ${hello.code}` };
}

async function reply(server: Conversation): Promise<{ readonly code: number; readonly text: string }> {
  const texts: string[] = [];
  for (let lines = 0; lines < 100; lines++) {
    const match = /^(\d{3})([ -]?)(.*)$/.exec(await server.line());
    if (!match) break;
    texts.push(match[3] ?? "");
    if (match[2] !== "-") return { code: Number(match[1]), text: texts.join("\n") };
  }
  throw new Refusal("answered something that is not SMTP");
}

async function logIn(
  question: Question,
  asking: Asking,
  socket: Awaited<ReturnType<typeof openSocket>>,
): Promise<Answered> {
  const { url } = question;
  const transport = createTransport({
    host: hostOf(question),
    secure: question.scheme === "smtps",
    auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    connectionTimeout: asking.timeoutMs,
    greetingTimeout: asking.timeoutMs,
    socketTimeout: asking.timeoutMs,
    logger: false,
  });
  // Our own socket, so that it is closed with the asking, whatever the client does.
  transport.getSocket = (_, callback) => callback(null, { connection: socket, secured: question.scheme === "smtps" });
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
