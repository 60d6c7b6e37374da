import { connect, type IncomingHttpHeaders } from "node:http2";
import { openSocket } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

/**
 * Asks a gRPC server by the standard's own health service, for the server as a whole or for one service
 * (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). What it says (`SERVING`) is the body, its gRPC status
 * is [STATUS]. One call needs no more than HTTP/2, over a socket that is ours to close
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
 */
export async function askGrpc(question: Question, asking: Asking): Promise<Answered> {
  const { url, headers, grpcService, scheme } = question;
  const secure = scheme === "grpcs";
  const socket = await openSocket(question, asking, { defaultPort: secure ? 443 : 80, secure, protocols: ["h2"] });
  const session = connect(`http${secure ? "s" : ""}://${url.host}`, { createConnection: () => socket });
  asking.closing(() => session.destroy());
  const answer = await new Promise<{ readonly trailers: IncomingHttpHeaders; readonly message: Buffer }>(
    (resolve, reject) => {
      session.on("error", (error) => reject(wordsOf(error)));
      session.on("close", () => reject(new Refusal("connection closed before the answer was complete")));
      const call = session.request({
        ...headers,
        ":method": "POST",
        ":path": "/grpc.health.v1.Health/Check",
        "content-type": "application/grpc",
        te: "trailers",
        "user-agent": "fairlead-health",
      });
      let trailers: IncomingHttpHeaders = {};
      let message = Buffer.alloc(0);
      call.on("response", (received) => {
        if (received[":status"] !== 200) reject(new Refusal(`answered ${received[":status"]} instead of gRPC`));
        // A call that fails at once has its trailers for headers.
        trailers = received;
      });
      call.on("trailers", (received) => {
        trailers = received;
      });
      call.on("data", (chunk: Buffer) => {
        if (message.length < MESSAGE_BYTES_MAX) message = Buffer.concat([message, chunk]);
      });
      call.on("error", (error) => reject(wordsOf(error)));
      call.on("end", () => resolve({ trailers, message }));
      call.end(framed(grpcService));
    },
  );
  const status = Number(answer.trailers["grpc-status"] ?? Number.NaN);
  if (!Number.isInteger(status)) throw new Refusal("answered something that is not gRPC");
  asking.met.status = status;
  if (status !== 0) throw new Refusal(FAILURES[status] ?? `answered gRPC status ${status}`);
  const says = statusOf(answer.message);
  asking.met.body = says;
  return says === "SERVING" ? {} : { rejected: `says that it is ${says}` };
}

const MESSAGE_BYTES_MAX = 64 * 1024;

/** https://grpc.io/docs/guides/status-codes/ */
const FAILURES: Readonly<Record<number, string>> = {
  5: "does not know the service that it was asked for (NOT_FOUND)",
  7: "refused who asks (PERMISSION_DENIED)",
  12: "does not offer grpc.health.v1.Health (UNIMPLEMENTED); ask it by tcp: instead",
  14: "says that it is UNAVAILABLE",
  16: "refused who asks (UNAUTHENTICATED)",
};

/** `message HealthCheckRequest { string service = 1; }`, uncompressed, behind its length. */
function framed(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a]), varint(name.length), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function varint(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.concat([Buffer.from([(value & 127) | 128]), varint(value >>> 7)]);
}

const STATUSES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"] as const;

/** `message HealthCheckResponse { ServingStatus status = 1; }`; without the field it is its first value. */
function statusOf(frame: Buffer): string {
  if (frame.length < 5 || frame[0] !== 0) throw new Refusal("answered something that is not gRPC");
  return (frame[5] === 0x08 ? STATUSES[frame[6] ?? 0] : undefined) ?? STATUSES[0];
}

function wordsOf(error: Error & { readonly code?: string }): Error {
  const known = error.code === "ERR_HTTP2_ERROR" || error.code?.startsWith("ERR_HTTP2_") === true;
  return known ? new Refusal("answered something that is not gRPC") : error;
}
