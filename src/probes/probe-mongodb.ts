import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { BSON } from "mongodb";
import { conversation } from "./conversation.ts";
import type { MongodbCommand, MongodbNews } from "./mongodb-command.ts";
import { openSocket } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

const BODY_CHARACTERS_MAX = 256 * 1024;
/** The driver needs some 20. */
const MEMORY_MB_MAX = 128;

/**
 * Asks MongoDB. Without credentials by the protocol's own `hello`, which needs none: primaries, secondaries and arbiters are
 * up, a member that is neither is not. With credentials or a query through the driver, `ping` where no command is named.
 */
export async function askMongodb(question: Question, asking: Asking): Promise<Answered> {
  const { url, query, scheme } = question;
  return url.password !== "" || query !== undefined || scheme.endsWith("+srv")
    ? askCommand(question, asking)
    : askHello(question, asking);
}

/** OP_MSG: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/. */
async function askHello(question: Question, asking: Asking): Promise<Answered> {
  const secure = /^true$/i.test(question.url.searchParams.get("tls") ?? question.url.searchParams.get("ssl") ?? "");
  const server = conversation(await openSocket(question, asking, { defaultPort: 27017, secure }));
  const document = BSON.serialize({ hello: 1, $db: "admin" });
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(OP_MSG, 12);
  server.say(Buffer.concat([head, document]));
  const answer = await server.bytes(21);
  const length = answer.readInt32LE(0);
  if (answer.readInt32LE(12) !== OP_MSG || answer[20] !== 0 || length <= 21 || length > 128 * 1024) throw notMongodb();
  const hello = read(await server.bytes(length - 21));
  asking.met.body = BSON.EJSON.stringify(hello).slice(0, BODY_CHARACTERS_MAX);
  if (hello["ok"] !== 1) throw new Refusal("refused hello");
  const is = ["isWritablePrimary", "ismaster", "secondary", "arbiterOnly"].some((role) => hello[role] === true);
  if (!is) throw new Refusal("is neither primary nor secondary");
  return {};
}

const OP_MSG = 2013;

function read(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    return BSON.deserialize(bytes);
  } catch {
    throw notMongodb();
  }
}

function notMongodb(): Refusal {
  return new Refusal("answered something that is not MongoDB");
}

/**
 * Through the driver, in a process of its own: it believes what it is sent, and a frame that claims to be empty keeps it busy, and
 * gathering, for ever (`SizedMessageTransform`). A process can be ended whatever it does, and dies alone of too much memory; a thread
 * that reaches its limit may take us with it.
 */
async function askCommand(question: Question, asking: Asking): Promise<Answered> {
  const { url, query, scheme } = question;
  // Cheaper, with words of its own, and it knows the address.
  if (!scheme.endsWith("+srv")) await askHello(question, asking);
  const command: MongodbCommand = {
    url: url.href,
    database: url.pathname.slice(1) || "admin",
    command: query ?? "ping",
    timeoutMs: asking.timeoutMs,
    bodyCharactersMax: BODY_CHARACTERS_MAX,
  };
  const child = fork(fileURLToPath(new URL(`./mongodb-command${import.meta.url.slice(-3)}`, import.meta.url)), {
    execArgv: [`--max-old-space-size=${MEMORY_MB_MAX}`],
    // What a driver prints is nobody's news.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  asking.closing(() => void child.kill("SIGKILL"));
  let asksSince = asking.clock.monotonic();
  asking.met.body = await new Promise<string>((resolve, reject) => {
    child.on("message", (news: MongodbNews) => {
      // Starting a process is no latency of the service's.
      if ("asks" in news) asksSince = asking.clock.monotonic();
      else if ("failed" in news) reject(new Refusal(news.failed));
      else resolve(news.body);
    });
    child.once("error", reject);
    child.once("exit", () => reject(notMongodb()));
    child.send(command, (error) => {
      if (error) reject(notMongodb());
    });
  });
  asking.met.responseTimeMs = Math.round((asking.clock.monotonic() - asksSince) * 10) / 10;
  return {};
}
