import { openSocket } from "./open-socket.ts";
import type { Answered, Asking, Question } from "./probe-kind.ts";

/** Does a port speak TLS with a certificate that is trusted, is for its host and has not ended? Node's own judgement. */
export async function askTls(question: Question, asking: Asking): Promise<Answered> {
  await openSocket(question, asking, { defaultPort: 443, secure: true });
  return {};
}
