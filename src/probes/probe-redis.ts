import { type Conversation, conversation } from "./conversation.ts";
import { openSocket } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

/**
 * Asks Redis (or what speaks RESP) for a PONG. Without credentials a server that wants some is up: it said so itself. With
 * them, or with a command of one's own, the answer counts. Protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/.
 */
export async function askRedis(question: Question, asking: Asking): Promise<Answered> {
  const { url, query } = question;
  const server = conversation(
    await openSocket(question, asking, { defaultPort: 6379, secure: question.scheme === "rediss" }),
  );
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  if (password) expectOk(await command(server, user ? ["AUTH", user, password] : ["AUTH", password]), "the log-in");
  const database = url.pathname.slice(1);
  if (/^\d{1,5}$/.test(database) && database !== "0") expectOk(await command(server, ["SELECT", database]), "SELECT");
  const words = query === undefined ? ["PING"] : query.trim().split(/\s+/);
  const answer = await command(server, words);
  if (answer instanceof RedisError) {
    if (query === undefined && !password && /^(NOAUTH|WRONGPASS|DENIED|NOPERM)$/.test(answer.message)) return {};
    throw new Refusal(`answered ${WORDS[answer.message] ?? answer.message}`);
  }
  asking.met.body = typeof answer === "string" ? answer : JSON.stringify(answer);
  if (query === undefined && answer !== "PONG") throw new Refusal("answered something that is not Redis");
  return {};
}

const WORDS: Readonly<Record<string, string>> = {
  LOADING: "that it is still loading its data",
  MASTERDOWN: "that its master is down",
  NOAUTH: "that it wants a password",
  WRONGPASS: "that the password is wrong",
};

/** An error that Redis answered; its message is the first word only, since the rest may repeat what was sent. */
class RedisError extends Error {}

type Reply = string | number | null | RedisError | readonly Reply[];

function expectOk(reply: Reply, what: string): void {
  if (reply instanceof RedisError) throw new Refusal(`${what} was refused (${reply.message})`);
}

function command(server: Conversation, words: readonly string[]): Promise<Reply> {
  server.say(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`);
  return reply(server, 0);
}

async function reply(server: Conversation, depth: number): Promise<Reply> {
  const line = await server.line();
  const rest = line.slice(1);
  switch (line[0]) {
    case "+":
      return rest;
    case "-":
      return new RedisError(/^[A-Z]{1,30}/.exec(rest)?.[0] ?? "an error");
    case ":":
      return Number(rest);
    case "$": {
      const length = lengthOf(rest);
      if (length < 0) return null;
      return (await server.bytes(length + 2)).subarray(0, length).toString("utf8");
    }
    case "*": {
      const length = lengthOf(rest);
      if (length < 0) return null;
      const items: Reply[] = [];
      if (depth > 8 || length > 10_000) throw new Refusal("answered more than is read");
      for (let at = 0; at < length; at++) items.push(await reply(server, depth + 1));
      return items;
    }
    default:
      throw new Refusal("answered something that is not Redis");
  }
}

function lengthOf(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new Refusal("answered something that is not Redis");
  return Number(text);
}
