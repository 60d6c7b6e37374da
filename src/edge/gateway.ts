import type { IncomingHttpHeaders, Server } from "node:http";
import { Server as NetServer } from "node:net";
import replyFrom from "@fastify/reply-from";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { digestOf } from "../model/digest.ts";
import type { EdgeReadBack, EdgeSnapshot } from "../model/edge.ts";
import { codeOf, Forwarder, NotAdmitted } from "./forwarder.ts";
import { RouteTable, type SlotOf } from "./route-table.ts";
import type { TallyWriter } from "./tally.ts";
import { forwardedHeaders, tunnel } from "./tunnel.ts";

/** A listening socket that came from the holder: Node's own handle, opaque to us. */
export type SocketHandle = object;

interface Door {
  readonly port: number;
  readonly table: RouteTable;
  readonly app: FastifyInstance;
  readonly server: Server;
  closing: boolean;
}

/** How long an idle client connection stays: longer than clients keep theirs, so that they and not we end it. */
const KEEP_ALIVE_MS = 75_000;

/**
 * What the serving child does: one Fastify server for each declared port, each in front of one service. Bodies stream in
 * both directions, nothing is buffered; an `Upgrade` becomes a tunnel.
 */
export class Gateway {
  readonly #doors = new Map<number, Door>();
  readonly #tally: TallyWriter;

  constructor(tally: TallyWriter) {
    this.#tally = tally;
  }

  /** Turns to a whole snapshot and says what is served then. `handles` are the sockets by port that came with it. */
  async serve(
    snapshot: EdgeSnapshot,
    slotOf: SlotOf,
    handles: ReadonlyMap<number, SocketHandle>,
  ): Promise<EdgeReadBack> {
    const problems: { service: string; port: number; code: string }[] = [];
    const services: Record<string, { policy: string; weights: Readonly<Record<number, number>> }> = {};
    const open = new Set<number>();
    for (const service of snapshot.services) {
      const { policy } = service;
      if (policy.port !== null) {
        open.add(policy.port);
        const code = await this.#open(policy.port, service, slotOf, handles.get(policy.port));
        if (code) {
          problems.push({ service: policy.service, port: policy.port, code });
          continue;
        }
        const table = this.#doors.get(policy.port)?.table;
        if (!table) continue;
        services[policy.service] = { policy: digestOf(table.policy), weights: table.weights };
      } else services[policy.service] = { policy: digestOf(policy), weights: service.weights };
    }
    for (const door of this.#doors.values()) if (!open.has(door.port)) void this.#shut(door, "close");
    return { services, problems };
  }

  /**
   * Takes no new connection and resolves when every request under way has ended. Idle connections are closed at once, or
   * left until their clients have used them once more (`leave`): a client may be writing to one at this very moment, and
   * its request would be lost with the connection.
   */
  async drain(idle: "close" | "leave"): Promise<void> {
    await Promise.all([...this.#doors.values()].map((door) => this.#shut(door, idle)));
  }

  async #open(
    port: number,
    service: EdgeSnapshot["services"][number],
    slotOf: SlotOf,
    handle: SocketHandle | undefined,
  ): Promise<string | null> {
    const door = this.#doors.get(port);
    if (door) {
      // Perhaps for another service now: the socket stays, and so do its connections.
      door.table.turnTo(service, slotOf);
      return null;
    }
    if (!handle) return "ENOSOCKET";
    const made = await makeDoor(port, new RouteTable(service, slotOf, this.#tally));
    const code = await listen(made.server, handle);
    if (code === null) this.#doors.set(port, made);
    return code;
  }

  async #shut(door: Door, idle: "close" | "leave"): Promise<void> {
    if (this.#doors.get(door.port) === door) this.#doors.delete(door.port);
    door.closing = true;
    await new Promise<void>((resolve) => {
      // An HTTP server's own `close` ends idle connections as well.
      if (idle === "leave") NetServer.prototype.close.call(door.server, () => resolve());
      else door.server.close(() => resolve());
    });
    door.table.close();
    await door.app.close();
  }
}

async function makeDoor(port: number, table: RouteTable): Promise<Door> {
  const app = Fastify({
    logger: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: false,
    // Paths are the service's business: no limit of the router's may turn one away.
    routerOptions: { maxParamLength: 65_536 },
  });
  const door: Door = { port, table, app, server: app.server, closing: false };
  // Bodies are passed on as they come, whatever their type.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  await app.register(replyFrom, {
    base: "http://instances.invalid",
    // reply-from asks only `request` of its dispatcher.
    undici: new Forwarder(table) as never,
    disableRequestLogging: true,
    disableCache: true,
  });
  app.all("/*", (request, reply) => {
    if (door.closing) reply.header("connection", "close");
    reply.from(undefined as never, {
      rewriteRequestHeaders: (_original, headers) => ({
        ...withoutHops(headers as IncomingHttpHeaders, request.headers.connection),
        host: request.headers.host ?? headers["host"] ?? "",
        ...forwardedHeaders(request.raw),
      }),
      rewriteHeaders: (headers) => withoutHops(headers as IncomingHttpHeaders, headers["connection"]),
      onError: (_reply, { error }) => answerFailure(reply, table, error),
    });
    return reply;
  });
  app.server.on("upgrade", (request, socket, head) => tunnel(table, request, socket, head));
  await app.ready();
  return door;
}

function listen(server: Server, handle: SocketHandle): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? "ELISTEN");
    server.once("error", failed);
    server.listen(handle, () => {
      server.off("error", failed);
      resolve(null);
    });
  });
}

/** Headers of one connection only (RFC 9110 §7.6.1), and `Expect`, which Node has answered already. */
const HOPS = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "http2-settings",
]);

/** `connection` as it came, since reply-from has taken it away by then: it names further ones. */
function withoutHops(headers: IncomingHttpHeaders, connection: string | string[] | undefined): IncomingHttpHeaders {
  const named = new Set(
    String(connection ?? "")
      .toLowerCase()
      .split(",")
      .map((name) => name.trim()),
  );
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOPS.has(name) && !named.has(name)));
}

function answerFailure(reply: FastifyReply, table: RouteTable, error: Error): void {
  const { service } = table.policy;
  const cause = error instanceof NotAdmitted ? error : error.cause;
  if (cause instanceof NotAdmitted) {
    const maintained = cause.why === "maintenance";
    reply.header("retry-after", maintained ? "60" : "1");
    problem(reply, 503, maintained ? "In maintenance" : "No instance is ready", service);
  } else if (codeOf(error) === "UND_ERR_HEADERS_TIMEOUT")
    problem(reply, 504, "The instance did not answer in time", service);
  else problem(reply, 502, "The instance did not answer", service);
}

/** RFC 9457. */
function problem(reply: FastifyReply, status: number, title: string, service: string): void {
  reply.code(status).type("application/problem+json").send(JSON.stringify({ title, status, service }));
}
