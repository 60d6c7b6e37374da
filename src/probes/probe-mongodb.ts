import { BSON, MongoClient, MongoServerError } from "mongodb";
import { conversation } from "./conversation.ts";
import { openSocket } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

const BODY_CHARACTERS_MAX = 256 * 1024;

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

async function askCommand(question: Question, asking: Asking): Promise<Answered> {
  const { url, query, scheme } = question;
  // The driver trusts what it is sent: what is no MongoDB could keep it busy for ever.
  if (!scheme.endsWith("+srv")) await askHello(question, asking);
  const client = new MongoClient(url.href, {
    serverSelectionTimeoutMS: asking.timeoutMs,
    connectTimeoutMS: asking.timeoutMs,
    maxPoolSize: 1,
    appName: "fairlead-health",
  });
  asking.closing(() => void client.close(true).catch(() => undefined));
  try {
    const answer = await client.db(url.pathname.slice(1) || "admin").command({ [query ?? "ping"]: 1 });
    asking.met.body = BSON.EJSON.stringify(answer).slice(0, BODY_CHARACTERS_MAX);
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    throw new Refusal(error.code === 18 ? "the log-in was refused" : `the command failed (code ${Number(error.code)})`);
  }
  return {};
}
