import { conversation } from "./conversation.ts";
import { openSocket } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

/** Does a port take a connection? With `send`, what comes back is the body. */
export async function askTcp(question: Question, asking: Asking): Promise<Answered> {
  if (question.url.port === "") throw new Refusal("the address names no port");
  const socket = await openSocket(question, asking, { defaultPort: 0 });
  if (question.send !== undefined) {
    const server = conversation(socket);
    server.say(question.send);
    asking.met.body = (await server.some()).toString("utf8");
  }
  return {};
}
