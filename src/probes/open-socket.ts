import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { hostIn } from "./host-in.ts";
import { type Asking, type Question, Refusal } from "./probe-kind.ts";

/** The host of a question's address, as `hostIn` gives it. Throws a Refusal where there is none. */
export function hostOf({ url }: Pick<Question, "url">): string {
  const host = hostIn(url);
  if (host === "") throw new Refusal("the address names no host");
  return host;
}

/** A host that is an address of another IP version than the one to ask over; null: none. */
export function ofOtherFamily(host: string, { ipVersion }: Pick<Question, "ipVersion">): Refusal | null {
  const isOther = ipVersion !== undefined && isIP(host) !== 0 && isIP(host) !== ipVersion;
  return isOther ? new Refusal(`the address is none of IPv${ipVersion}`) : null;
}

export interface OpenSocket {
  readonly defaultPort: number;
  /** Over TLS, with Node's own judgement of the certificate. */
  readonly secure?: boolean;
  /** For ALPN. */
  readonly protocols?: readonly string[];
}

/** Connects where a question's address says; the socket is closed when the asking ends. Notes what is met on the way. */
export async function openSocket(
  question: Question,
  asking: Asking,
  { defaultPort, secure = false, protocols = [] }: OpenSocket,
): Promise<Socket> {
  const host = hostOf(question);
  const port = question.url.port === "" ? defaultPort : Number(question.url.port);
  const family = question.ipVersion ?? 0;
  const other = ofOtherFamily(host, question);
  if (other !== null) throw other;
  const to: TcpNetConnectOpts & ConnectionOptions = {
    host,
    port,
    family,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
  };
  const socket = secure ? connectTls(to) : connectTcp(to);
  await opened(socket, asking, secure ? "secureConnect" : "connect");
  if (secure) noteCertificate(socket as TLSSocket, asking);
  return socket;
}

/** Goes on over TLS on an open connection, as STARTTLS does; what the server sent too early is lost. The same judgement. */
export async function upgrade(socket: Socket, question: Question, asking: Asking): Promise<TLSSocket> {
  const host = hostOf(question);
  // What was said before nobody could have vouched for.
  socket.removeAllListeners("data");
  const secured = connectTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) });
  await opened(secured, asking, "secureConnect");
  noteCertificate(secured, asking);
  return secured;
}

/** Waits until a socket is open, and sees to its end. */
export async function opened(
  socket: Socket,
  { met, closing }: Asking,
  event: "connect" | "secureConnect",
): Promise<void> {
  closing(() => socket.destroy());
  // Errors after the end have nobody to tell.
  socket.on("error", () => undefined);
  socket.once("connect", () => {
    met.connected = true;
    if (socket.remoteAddress !== undefined) met.ip = socket.remoteAddress;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once("error", reject);
    socket.once("close", () => reject(new Refusal("connection closed before the answer was complete")));
  });
}

/** Notes how long the certificate of a connection is still good. */
export function noteCertificate(
  socket: Pick<TLSSocket, "getPeerCertificate">,
  { met, clock }: Pick<Asking, "met" | "clock">,
): void {
  const until = Date.parse(socket.getPeerCertificate()?.valid_to ?? "");
  if (!Number.isNaN(until)) met.certificateExpirationMs = until - clock.now();
}
