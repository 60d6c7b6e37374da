import { createServer } from "node:http";
import { pino } from "pino";
import { createApp } from "./app.js";
import { config } from "./config.js";

/** How long requests may take to finish once the service is asked to stop. */
const PATIENCE_MS = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 25_000);

const logger = pino({ level: process.env.LOG_LEVEL ?? "info", base: { service: config.id } });
const server = createServer(createApp({ config, env: process.env, logger }));
let stopping = false;

server.on("request", (_request, response) => {
  // A kept-alive connection is let go of after its answer: nobody gets to ask again on it.
  response.on("close", () => stopping && setImmediate(() => server.closeIdleConnections()));
});
server.listen(Number(process.env.PORT ?? config.port), process.env.HOST ?? "127.0.0.1", () => {
  logger.info({ port: server.address().port }, "listening");
});

function stop(signal) {
  if (stopping) return;
  stopping = true;
  logger.info({ signal }, "stopping: no new connections, running requests finish");
  server.close(() => logger.info("stopped"));
  setTimeout(() => {
    logger.warn("some requests did not finish in time");
    server.closeAllConnections();
  }, PATIENCE_MS).unref();
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
