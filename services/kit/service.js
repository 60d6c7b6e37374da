import { once } from "node:events";
import { createServer } from "node:http";
import express from "express";
import { pino } from "pino";

/**
 * What the services here have in common: JSON logs, a JSON body, `/health` as application/health+json, errors as
 * problem+json, and an end that lets running requests finish. Each service's `watch` names this folder.
 */
const STOP_WITHIN_MS = 20_000;
const DEPENDENCY_TIMEOUT_MS = 2000;

export const logger = pino({
  level: process.env.LOG_LEVEL ?? "info",
  base: { service: process.env.FAIRLEAD_SERVICE },
  formatters: { level: (level) => ({ level }) },
});

/** An error that the caller is told of. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Where a dependency answers: the address that Fairlead gives. */
export function addressOf(id) {
  const url = process.env[`FAIRLEAD_URL_${id.toUpperCase().replaceAll("-", "_")}`];
  if (!url) throw new Refusal(503, `nobody says where ${id} is`);
  return url;
}

/** An app with routes from `define`, and a health check of each name in `checks`: `() => ({status, …})`. */
export function createService(define, checks = {}) {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "256kb" }));
  app.get("/health", async (_request, response) => {
    const entries = await Promise.all(
      Object.entries({ "memory:usage": memory, ...checks }).map(async ([name, check]) => [
        name,
        [await outcome(check)],
      ]),
    );
    const failing = entries.some(([, [{ status }]]) => status !== "pass");
    response.set("cache-control", "no-store").type("application/health+json");
    // Still 200: this service answers, and restarting it would not bring its dependency back.
    response.send(JSON.stringify({ status: failing ? "warn" : "pass", checks: Object.fromEntries(entries) }));
  });
  define(app);
  app.use((request) => {
    throw new Refusal(404, `there is nothing at ${request.path}`);
  });
  app.use((error, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = error.status ?? 500;
    if (status >= 500) logger.error({ err: error }, "request failed");
    const title = error instanceof Refusal || status < 500 ? error.message : "something went wrong here";
    response.status(status).type("application/problem+json").send(JSON.stringify({ title, status }));
  });
  return app;
}

/** A health check of a dependency: any answer below 500 shows that somebody is there. */
export function reaches(id) {
  return async () => {
    const began = performance.now();
    const signal = AbortSignal.timeout(DEPENDENCY_TIMEOUT_MS);
    const answer = await fetch(addressOf(id), { method: "HEAD", signal });
    if (answer.status >= 500) throw new Error(`${id} answers ${answer.status}`);
    return { status: "pass", observedValue: Math.round(performance.now() - began), observedUnit: "ms" };
  };
}

async function outcome(check) {
  try {
    return await check();
  } catch (error) {
    return { status: "fail", output: String(error.cause?.code ?? error.message) };
  }
}

function memory() {
  return { status: "pass", observedValue: process.memoryUsage.rss(), observedUnit: "bytes" };
}

/** Listens on PORT until SIGTERM or SIGINT; then running requests finish, and the process ends once nothing is left to do. */
export async function serve(app) {
  const server = createServer(app);
  let stopping = false;
  server.on("request", (_request, response) => {
    response.on("close", () => stopping && setImmediate(() => server.closeIdleConnections()));
  });
  server.listen(Number(process.env.PORT), "127.0.0.1");
  await once(server, "listening");
  logger.info({ port: server.address().port }, "listening");
  const stop = (signal) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, "stopping");
    server.close();
    setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS).unref();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
