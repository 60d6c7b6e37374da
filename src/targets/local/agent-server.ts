import { Readable } from "node:stream";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type {
  AgentHello,
  EnsureAnswer,
  EnsureRequest,
  RetireRequest,
  RouteRequest,
  StopAnswer,
  WantedPort,
} from "./agent-api.ts";
import type { Supervisor } from "./supervisor.ts";

export interface AgentServerOptions {
  readonly supervisor: Supervisor;
  readonly hello: AgentHello;
  /** Called once everything has been stopped, or let go of, and the answer is on its way: the process may end. */
  readonly ended: () => void;
}

/** The agent's end of its Unix socket; whoever can open that is the user. */
export function agentServer({ supervisor, hello, ended }: AgentServerOptions): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: 16 * 1024 * 1024, forceCloseConnections: true });
  app.get("/v1/agent", () => hello);
  app.get<{ Querystring: { only?: string } }>("/v1/observation", ({ query }) =>
    supervisor.observe(query.only === undefined ? undefined : query.only.split(",").filter((id) => id !== "")),
  );
  app.get<{ Params: { service: string } }>("/v1/watch/:service", (request, reply) =>
    stream(request, reply, (signal) => supervisor.watch(request.params.service, signal)),
  );
  app.get("/v1/events", (request, reply) => stream(request, reply, (signal) => supervisor.events.follow(signal)));
  app.post<{ Body: EnsureRequest }>("/v1/ensure", ({ body }): Promise<EnsureAnswer> => supervisor.ensure(body));
  app.post<{ Body: RetireRequest }>("/v1/retire", ({ body }) => supervisor.retire(body));
  app.post<{ Body: RouteRequest }>("/v1/route", ({ body }) => supervisor.route(body));
  app.post<{ Body: readonly WantedPort[] }>("/v1/blocked-ports", ({ body }) => supervisor.blockedPorts(body));
  app.get<{ Params: { service: string }; Querystring: { since: string } }>(
    "/v1/evidence/:service",
    ({ params, query }) => supervisor.evidence(params.service, Number(query.since)),
  );
  app.post("/v1/stop", async (_request, reply): Promise<StopAnswer> => {
    const stopped = await supervisor.stop();
    reply.raw.once("close", ended);
    return { stopped };
  });
  // For another build that takes over: instances and edge go on.
  app.post("/v1/leave", async (_request, reply) => {
    await supervisor.leave();
    reply.raw.once("close", ended);
    return {};
  });
  return app;
}

/** One JSON value a line, until the client goes away. */
function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  source: (signal: AbortSignal) => AsyncIterable<unknown>,
): FastifyReply {
  const gone = new AbortController();
  request.raw.once("close", () => gone.abort());
  reply.raw.once("close", () => gone.abort());
  const lines = async function* (): AsyncGenerator<string> {
    // The client learns at once that it is heard, however long nothing happens.
    yield "\n";
    for await (const value of source(gone.signal)) yield `${JSON.stringify(value)}\n`;
  };
  return reply.type("application/x-ndjson").send(Readable.from(lines()));
}
