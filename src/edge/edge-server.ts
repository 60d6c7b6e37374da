import Fastify, { type FastifyInstance } from "fastify";
import type { EdgeSnapshot } from "../model/edge.ts";
import { EDGE_PROTOCOL, type EdgeHello } from "./edge-api.ts";
import type { EdgeHolder } from "./edge-holder.ts";

export interface EdgeServerOptions {
  readonly holder: EdgeHolder;
  readonly build: string;
  readonly pid: number;
  /** Called after the holder has closed. */
  readonly ended: () => void;
}

/** The edge's administration, on its own Unix socket and never on a shared port. */
export function edgeServer({ holder, build, pid, ended }: EdgeServerOptions): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: 64 * 1024 * 1024 });
  app.get("/v1/edge", (): EdgeHello => ({ protocol: EDGE_PROTOCOL, build, pid, servingPid: holder.servingPid }));
  app.put<{ Body: EdgeSnapshot }>("/v1/snapshot", ({ body }) => holder.put(body));
  app.get("/v1/flights", () => holder.inFlight());
  app.get<{ Params: { service: string }; Querystring: { since: string } }>(
    "/v1/evidence/:service",
    ({ params, query }) => holder.evidence(params.service, Number(query.since)),
  );
  app.post<{ Body: { graceMs: number } }>("/v1/swap", async ({ body }) => {
    await holder.swap(body.graceMs);
    return {};
  });
  app.post<{ Body: { graceMs: number } }>("/v1/close", async ({ body }, reply) => {
    await holder.close(body.graceMs);
    reply.raw.once("close", ended);
    return {};
  });
  return app;
}
