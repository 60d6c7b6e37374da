import { checkServerIdentity } from "node:tls";
import { Client, type ClientUnaryCall, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { hostOf, noteCertificate } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

/**
 * Asks a gRPC server by the standard's own health service, for the server as a whole or for one service:
 * https://github.com/grpc/grpc/blob/master/doc/health-checking.md. What it says (`SERVING`) is the body.
 */
export async function askGrpc(question: Question, asking: Asking): Promise<Answered> {
  const { url, headers, grpcService, scheme } = question;
  const host = hostOf(question);
  const secure = scheme === "grpcs";
  const address = `${host.includes(":") ? `[${host}]` : host}:${url.port || (secure ? "443" : "80")}`;
  const client = new Client(address, secure ? ssl(asking) : credentials.createInsecure(), {
    // Neither a proxy of the environment's nor names that DNS holds may lead elsewhere.
    "grpc.enable_http_proxy": 0,
    "grpc.service_config_disable_resolution": 1,
    "grpc.max_receive_message_length": 64 * 1024,
    "grpc.primary_user_agent": "fairlead-health",
  });
  asking.closing(() => client.close());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const says = await new Promise<string>((resolve, reject) => {
    const call: ClientUnaryCall = client.makeUnaryRequest(
      "/grpc.health.v1.Health/Check",
      requestOf,
      statusOf,
      grpcService,
      metadata,
      (error, value) => (error ? reject(wordsOf(error, asking)) : resolve(value ?? "UNKNOWN")),
    );
    asking.closing(() => call.cancel());
    call.on("metadata", () => {
      const ip = /^\[?([^\]]*?)\]?:\d+$/.exec(call.getPeer())?.[1];
      if (ip !== undefined) asking.met.ip = ip;
    });
  });
  Object.assign(asking.met, { connected: true, status: status.OK, body: says });
  return says === "SERVING" ? {} : { rejected: `says that it is ${says}` };
}

function ssl(asking: Asking): ReturnType<typeof credentials.createSsl> {
  return credentials.createSsl(null, null, null, {
    checkServerIdentity: (host, certificate) => {
      noteCertificate({ getPeerCertificate: () => certificate } as Parameters<typeof noteCertificate>[0], asking);
      return checkServerIdentity(host, certificate);
    },
  });
}

/** `message HealthCheckRequest { string service = 1; }` */
function requestOf(service: string): Buffer {
  const name = Buffer.from(service);
  if (name.length === 0) return Buffer.alloc(0);
  return Buffer.concat([Buffer.from([0x0a]), varint(name.length), name]);
}

function varint(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.concat([Buffer.from([(value & 127) | 128]), varint(value >>> 7)]);
}

const STATUSES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"] as const;

/** `message HealthCheckResponse { ServingStatus status = 1; }`; without the field it is its first value. */
function statusOf(bytes: Buffer): string {
  if (bytes.length === 0) return STATUSES[0];
  return (bytes[0] === 0x08 ? STATUSES[bytes[1] ?? 0] : undefined) ?? STATUSES[0];
}

function wordsOf({ code, details }: ServiceError, { met }: Asking): Error {
  met.status = code;
  if (code === status.UNIMPLEMENTED)
    return new Refusal("does not offer grpc.health.v1.Health (UNIMPLEMENTED); ask it by tcp: instead");
  if (code === status.NOT_FOUND) return new Refusal("does not know the service that it was asked for (NOT_FOUND)");
  if (code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED) return new Refusal("refused who asks");
  if (code === status.UNAVAILABLE)
    return new Refusal(details.includes("ECONNREFUSED") ? "connection refused" : "cannot be reached (UNAVAILABLE)");
  return new Refusal(`answered ${status[code] ?? "an unknown status"}`);
}
