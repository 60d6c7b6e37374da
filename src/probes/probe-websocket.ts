import type { TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import { hostOf, noteCertificate, ofOtherFamily } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

/** More than this of one message is not read. */
const MESSAGE_BYTES_MAX = 256 * 1024;

/** Shakes hands over WebSocket (RFC 6455). With `send`, a message goes out, and the first that comes back is the body. */
export async function askWebSocket(question: Question, asking: Asking): Promise<Answered> {
  const { met, timeoutMs, closing } = asking;
  const other = ofOtherFamily(hostOf(question), question);
  if (other !== null) throw other;
  const socket = new WebSocket(question.url, {
    headers: { "user-agent": "fairlead-health", ...question.headers },
    handshakeTimeout: timeoutMs * 2,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    followRedirects: question.followRedirects === true,
    maxRedirects: 5,
    ...(question.ipVersion === undefined ? {} : { family: question.ipVersion }),
  });
  closing(() => socket.terminate());
  // As over HTTP, what is sent to one machine never goes to another. The client itself would keep all headers but two.
  socket.on("redirect", (url, request) => {
    if (new URL(url).origin === question.url.origin) return;
    for (const name of ["authorization", "cookie", ...Object.keys(question.headers)]) request.removeHeader(name);
  });
  // Errors after the end have nobody to tell.
  socket.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => reject(wordsOf(error)));
    socket.once("close", () => reject(new Refusal("connection closed before the answer was complete")));
    socket.once("unexpected-response", (sent, response) => {
      closing(() => sent.destroy());
      met.connected = true;
      met.status = response.statusCode ?? 0;
      resolve({ rejected: `answered ${met.status} instead of shaking hands` });
    });
    socket.once("upgrade", (response) => {
      met.connected = true;
      met.status = 101;
      const { remoteAddress } = response.socket;
      if (remoteAddress !== undefined) met.ip = remoteAddress;
      if ("getPeerCertificate" in response.socket) noteCertificate(response.socket as TLSSocket, asking);
    });
    socket.once("open", () => {
      if (question.send === undefined) resolve({});
      else socket.send(question.send);
    });
    socket.once("message", (data) => {
      if (question.send === undefined) return;
      met.body = String(data);
      resolve({});
    });
  });
}

/** Errors of the protocol itself have codes; those of the handshake have sentences only. */
function wordsOf(error: Error & { readonly code?: string }): Error {
  if (error.code?.startsWith("WS_ERR_")) return new Refusal("answered something that is not WebSocket");
  if (error.code !== undefined) return error;
  return new Refusal("the WebSocket handshake failed");
}
