import type { Socket } from "node:net";
import { createConnection } from "mysql2";
import { type Conversation, conversation } from "./conversation.ts";
import { openSocket } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

const DEFAULT_PORT = 3306;
const BODY_CHARACTERS_MAX = 256 * 1024;

/**
 * Asks MySQL or MariaDB. With credentials or a query the query must succeed (`SELECT 1` where none is given); without, the
 * handshake is gone through to its end as a user that nobody knows: a server that refuses it is up. Hanging up in the
 * middle would count against our host until the server blocks it (`max_connect_errors`).
 */
export async function askMysql(question: Question, asking: Asking): Promise<Answered> {
  return question.url.password !== "" || question.query !== undefined
    ? askQuery(question, asking)
    : askHello(question, asking);
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html. */
async function askHello(question: Question, asking: Asking): Promise<Answered> {
  const server = conversation(await openSocket(question, asking, { defaultPort: DEFAULT_PORT }));
  const greeting = await packet(server);
  if (greeting.body[0] === ERR) return judge(greeting.body);
  if (greeting.body[0] !== 10) throw notMysql();
  server.say(framed(greeting.sequence + 1, LOG_IN));
  let answer = await packet(server);
  if (answer.body[0] === SWITCH) {
    server.say(framed(answer.sequence + 1, Buffer.alloc(0)));
    answer = await packet(server);
  }
  return answer.body[0] === ERR ? judge(answer.body) : {};
}

const ERR = 0xff;
const SWITCH = 0xfe;

/** HandshakeResponse41 without a password. Capabilities: PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH. */
const LOG_IN = Buffer.concat([
  Buffer.from([0x00, 0x82, 0x08, 0x00, 0xff, 0xff, 0xff, 0x00, 45]),
  Buffer.alloc(23),
  Buffer.from("fairlead\0\0mysql_native_password\0"),
]);

/** Errors that only say whom the server does not want to talk to. */
const REFUSALS: ReadonlySet<number> = new Set([1045, 1130, 1251, 1698, 1862, 2059, 3118, 3159, 4151]);

function judge(body: Buffer): Answered {
  if (body.length < 3) throw notMysql();
  const code = body.readUInt16LE(1);
  if (REFUSALS.has(code)) return {};
  if (code === 1040) throw new Refusal("the server has too many connections");
  if (code === 1129) throw new Refusal("the server blocks this host after too many broken connections");
  if (code === 1053) throw new Refusal("the server is shutting down");
  throw new Refusal(`the server answered error ${code}`);
}

async function packet(server: Conversation): Promise<{ readonly sequence: number; readonly body: Buffer }> {
  const head = await server.bytes(4);
  const length = head.readUIntLE(0, 3);
  if (length > 64 * 1024) throw notMysql();
  return { sequence: head[3] ?? 0, body: await server.bytes(length) };
}

function framed(sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence & 0xff;
  return Buffer.concat([head, body]);
}

function notMysql(): Refusal {
  return new Refusal("answered something that is not MySQL");
}

async function askQuery(question: Question, asking: Asking): Promise<Answered> {
  const { url } = question;
  const socket = await openSocket(question, asking, { defaultPort: DEFAULT_PORT });
  await greeted(socket);
  const connection = createConnection({
    stream: socket,
    user: decodeURIComponent(url.username) || "root",
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(url.searchParams.has("ssl") ? { ssl: {} } : {}),
    connectTimeout: asking.timeoutMs * 2,
  });
  asking.closing(() => connection.destroy());
  socket.resume();
  const rows = await new Promise<unknown>((resolve, reject) => {
    connection.on("error", reject);
    connection.query(question.query ?? "SELECT 1", (error, found) => (error ? reject(wordsOf(error)) : resolve(found)));
  });
  asking.met.body = JSON.stringify(rows ?? null).slice(0, BODY_CHARACTERS_MAX);
  return {};
}

/** The client trusts what it is sent, and complains aloud: only what greets as MySQL does is handed to it. */
async function greeted(socket: Socket): Promise<void> {
  const chunk = await new Promise<Buffer>((resolve, reject) => {
    socket.once("data", resolve);
    socket.once("error", reject);
    socket.once("close", () => reject(new Refusal("connection closed before the answer was complete")));
  });
  socket.pause();
  const length = chunk.length < 5 ? 0 : chunk.readUIntLE(0, 3);
  if (length < 3 || length > 1_000 || chunk[3] !== 0 || (chunk[4] !== 10 && chunk[4] !== ERR)) throw notMysql();
  if (chunk[4] === 10 && length < 40) throw notMysql();
  socket.unshift(chunk);
}

function wordsOf(error: Error & { readonly errno?: number | undefined }): Error {
  if (error.errno === undefined || error.errno < 1_000) return error;
  if (error.errno === 1049) return new Refusal("there is no such database");
  if (REFUSALS.has(error.errno)) return new Refusal("the log-in was refused");
  return new Refusal(`the query failed (error ${error.errno})`);
}
