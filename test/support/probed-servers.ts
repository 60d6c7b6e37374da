import { createSocket } from "node:dgram";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTls } from "node:tls";
import { Server as GrpcServer, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import dns2 from "dns2";
import { BSON } from "mongodb";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { type ServerOptions, WebSocketServer } from "ws";
import type { Pem } from "./certificates.ts";

/** A server for probes to ask, on a free port of loopback. The caller closes it. */
export interface Probed {
  readonly port: number;
  /** Connections that are open now, where the server counts them. */
  readonly open: () => number;
  close(): Promise<void>;
}

/** A server that does with each connection what `handle` says. */
export async function rawServer(handle: (socket: Socket) => void, host?: string): Promise<Probed> {
  return counted(
    createServer({ noDelay: true }, (socket) => {
      socket.on("error", () => undefined);
      handle(socket);
    }),
    host,
  );
}

export function httpServer(handle: RequestListener, pem?: Pem, host?: string): Promise<Probed> {
  return counted(pem === undefined ? createHttp(handle) : createHttps({ key: pem.key, cert: pem.cert }, handle), host);
}

export function tlsServer(
  pem: Pem,
  handle: (socket: Socket) => void = () => undefined,
  host?: string,
): Promise<Probed> {
  return counted(
    createTls({ key: pem.key, cert: pem.cert }, (socket) => {
      socket.on("error", () => undefined);
      handle(socket);
    }),
    host,
  );
}

/** Answers each message with `echo: …`. */
export async function webSocketServer(options: ServerOptions = {}, host?: string): Promise<Probed> {
  const http = createHttp((_, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({ ...options, server: http });
  sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(`echo: ${String(data)}`)));
  return counted(http, host);
}

export type DnsAnswer = { readonly type: number; readonly [key: string]: unknown };

/** Answers names from a table; what is not there does not exist. */
export async function dnsServer(records: Readonly<Record<string, readonly DnsAnswer[]>>): Promise<Probed> {
  const server = dns2.createServer({
    udp: true,
    handle(request, send) {
      const response = dns2.Packet.createResponseFromRequest(request);
      const [question] = request.questions;
      const found = records[question?.name ?? ""];
      if (found === undefined) response.header.rcode = 3;
      for (const answer of found ?? [])
        if (question !== undefined && answer.type === (question as { type?: number }).type)
          response.answers.push({ name: question.name, class: dns2.Packet.CLASS.IN, ttl: 1, ...answer } as never);
      send(response);
    },
  });
  const addresses = await server.listen({ udp: { port: 0, address: "127.0.0.1" } });
  const port = (addresses as { udp: { port: number } }).udp.port;
  return { port, open: () => 0, close: async () => void (await server.close()) };
}

/** A UDP port that does with each datagram what `answer` says; null: nothing. */
export async function udpServer(answer: () => Buffer | null): Promise<Probed> {
  const socket = createSocket("udp4");
  socket.on("message", (_, { port, address }) => {
    const bytes = answer();
    if (bytes !== null) socket.send(bytes, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    port: socket.address().port,
    open: () => 0,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

export async function smtpServer(options: SMTPServerOptions = {}): Promise<Probed> {
  const server = new SMTPServer({ disabledCommands: ["STARTTLS"], authOptional: true, closeTimeout: 100, ...options });
  server.on("error", () => undefined);
  return counted(server.server as Server);
}

/** grpc.health.v1.Health by hand: the status number of each service, `""` being the server as a whole. */
export async function grpcServer(statuses: Readonly<Record<string, number>> | null, pem?: Pem): Promise<Probed> {
  const server = new GrpcServer();
  if (statuses !== null)
    server.addService(HEALTH, {
      check: (call: ServerUnaryCall<{ service: string }, number>, done: sendUnaryData<number>) => {
        const status = statuses[call.request.service];
        if (status === undefined) done({ code: 5, details: "unknown service at 10.1.2.3" });
        else done(null, status);
      },
    });
  const credentials =
    pem === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ private_key: Buffer.from(pem.key), cert_chain: Buffer.from(pem.cert) }]);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return { port, open: () => 0, close: async () => server.forceShutdown() };
}

const HEALTH = {
  check: {
    path: "/grpc.health.v1.Health/Check",
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: (bytes: Buffer) => ({ service: bytes.subarray(2).toString() }),
    responseSerialize: (status: number) => Buffer.from([0x08, status]),
    responseDeserialize: (bytes: Buffer) => bytes[1] ?? 0,
  },
};

/** MongoDB as far as the wire goes: OP_MSG and the old OP_QUERY hello, each command answered by `answer`: bytes as they are, null not at all. */
export function mongoServer(
  answer: (command: Record<string, unknown>) => Record<string, unknown> | Buffer | null,
  host?: string,
): Promise<Probed> {
  return rawServer((socket) => {
    let held = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 4 && held.length >= held.readInt32LE(0)) {
        const message = held.subarray(0, held.readInt32LE(0));
        held = held.subarray(message.length);
        const reply = replyTo(message, answer);
        if (reply !== null) socket.write(reply);
      }
    });
  }, host);
}

function replyTo(message: Buffer, answer: Parameters<typeof mongoServer>[0]): Buffer | null {
  const isQuery = message.readInt32LE(12) === 2004;
  const at = isQuery ? message.indexOf(0, 20) + 9 : 21;
  const answered = answer(BSON.deserialize(message.subarray(at, at + message.readInt32LE(at))));
  if (answered === null || Buffer.isBuffer(answered)) return answered;
  const body = BSON.serialize(answered);
  const head = Buffer.alloc(isQuery ? 36 : 21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(message.readInt32LE(4), 8);
  head.writeInt32LE(isQuery ? 1 : 2013, 12);
  if (isQuery) head.writeInt32LE(1, 32);
  return Buffer.concat([head, body]);
}

/** A member that takes writes. */
export function mongoPrimary(command: Record<string, unknown>): Record<string, unknown> {
  if ("hello" in command || "ismaster" in command || "isMaster" in command)
    return {
      ok: 1,
      isWritablePrimary: true,
      ismaster: true,
      minWireVersion: 0,
      maxWireVersion: 25,
      maxBsonObjectSize: 16_777_216,
    };
  return { ok: 1 };
}

/** A port that was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function counted(server: Server, host = "127.0.0.1"): Promise<Probed> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
