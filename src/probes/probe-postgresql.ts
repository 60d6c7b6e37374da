import { Client, DatabaseError } from "pg";
import { conversation } from "./conversation.ts";
import { hostOf, openSocket } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

const DEFAULT_PORT = 5432;
const BODY_CHARACTERS_MAX = 256 * 1024;

/**
 * Asks PostgreSQL. With credentials or a query the query must succeed (`SELECT 1` where none is given); without, it is asked
 * for a session as pg_isready asks: a server that wants a password, or refuses the user, is up.
 */
export async function askPostgresql(question: Question, asking: Asking): Promise<Answered> {
  return question.url.password !== "" || question.query !== undefined
    ? askQuery(question, asking)
    : askHello(question, asking);
}

/** Protocol 3.0: https://www.postgresql.org/docs/current/protocol-message-formats.html. */
async function askHello(question: Question, asking: Asking): Promise<Answered> {
  const server = conversation(await openSocket(question, asking, { defaultPort: DEFAULT_PORT }));
  const { url } = question;
  const user = decodeURIComponent(url.username) || "fairlead";
  const database = decodeURIComponent(url.pathname.slice(1)) || "postgres";
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0application_name\0fairlead-health\0\0`);
  const start = Buffer.alloc(8);
  start.writeUInt32BE(8 + parameters.length, 0);
  start.writeUInt32BE(196_608, 4);
  server.say(Buffer.concat([start, parameters]));
  const head = await server.bytes(5);
  const type = String.fromCharCode(head[0] ?? 0);
  const length = head.readUInt32BE(1);
  if (!"REv".includes(type) || length < 4 || length > 30_000)
    throw new Refusal("answered something that is not PostgreSQL");
  const body = await server.bytes(length - 4);
  if (type !== "E") return {};
  const state = /(?:^|\0)C([0-9A-Z]{5})\0/.exec(body.toString("latin1"))?.[1] ?? "";
  if (state === "") throw new Refusal("answered something that is not PostgreSQL");
  // 28: who asks is refused, 3D: there is no such database. Both are the answers of a server that works.
  if (/^(?:28|3D)/.test(state)) return {};
  throw new Refusal(wordsOf(state));
}

async function askQuery(question: Question, asking: Asking): Promise<Answered> {
  const { url } = question;
  // The client trusts what it is sent: what is no PostgreSQL could keep it busy for ever.
  await askHello(question, asking);
  const socket = await openSocket(question, asking, { defaultPort: DEFAULT_PORT });
  // Connected already, so that the client has nothing to connect: it only waits to be told.
  socket.connect = () => {
    setImmediate(() => socket.emit("connect"));
    return socket;
  };
  const mode = url.searchParams.get("sslmode") ?? "disable";
  const client = new Client({
    host: hostOf(question),
    user: decodeURIComponent(url.username) || "postgres",
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)) || "postgres",
    application_name: "fairlead-health",
    ssl: /^(?:require|verify)/.test(mode) ? { rejectUnauthorized: mode.startsWith("verify") } : false,
    statement_timeout: asking.timeoutMs,
    stream: () => socket,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(question.query ?? "SELECT 1");
    asking.met.body = JSON.stringify(rows ?? []).slice(0, BODY_CHARACTERS_MAX);
  } catch (error) {
    if (error instanceof DatabaseError) throw new Refusal(wordsOf(error.code ?? "unknown"));
    throw error;
  }
  return {};
}

/** In words by SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
function wordsOf(state: string): string {
  if (state === "57P03") return "the server is starting up or shutting down";
  if (state === "53300") return "the server has too many connections";
  if (state.startsWith("28")) return "the log-in was refused";
  if (state === "3D000") return "there is no such database";
  return /^[0-9A-Z]{5}$/.test(state) ? `the query failed (SQLSTATE ${state})` : "the query failed";
}
