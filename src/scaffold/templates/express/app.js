import cors from "cors";
import express from "express";
import { rateLimit } from "express-rate-limit";
import helmet from "helmet";
import { pino } from "pino";
import { pinoHttp } from "pino-http";
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { authentication } from "./authentication.js";
import { health, recentDurations } from "./health.js";
import { answerProblem, notFound } from "./problem.js";
import { resource } from "./resource.js";

/** The whole service but its port: tests take it as it is. */
export function createApp({ config, env, logger = pino({ level: env.LOG_LEVEL ?? "info", base: { service: config.id } }) }) {
  const app = express();
  const durations = recentDurations();
  const has = (name) => config.middleware.includes(name);
  app.disable("x-powered-by");
  // The gateway in front is on this machine; what it says of the caller's address holds.
  app.set("trust proxy", "loopback");

  app.use(pinoHttp({ logger, autoLogging: { ignore: ({ url }) => url === "/health" || url === "/metrics" } }));
  if (has("helmet")) app.use(helmet());
  const { metrics, measure } = instruments(durations);
  app.get("/health", health({ config, durations, env }));
  app.get("/metrics", async (_request, response) => {
    response.set("content-type", metrics.contentType).send(await metrics.metrics());
  });
  app.use(measure);
  if (has("cors")) app.use(cors({ origin: allowedOrigins(config, env) }));
  if (has("rateLimit")) app.use(limiter(env));
  app.use(express.json({ limit: "100kb" }));

  const accounts = authentication();
  if (config.authentication.routes) app.use("/api/auth", accounts.router);
  const guard = config.authentication.required ? accounts.guard : undefined;
  const resources = new Map(config.routes.map(({ name }) => [name, resource({ guard })]));
  // Looked up, not registered as patterns: a name may have characters that mean something in a route's pattern.
  app.use("/api/:resource", (request, response, next) => {
    const handle = resources.get(request.params.resource);
    if (handle) handle(request, response, next);
    else next();
  });
  app.get("/", (_request, response) => {
    response.json({
      service: config.id,
      name: config.name,
      description: config.description,
      resources: config.routes.map(({ encoded }) => `/api/${encoded}`),
    });
  });
  app.use(notFound);
  app.use(answerProblem);
  return app;
}

function allowedOrigins(config, env) {
  const named = env.CORS_ORIGINS?.split(",").map((origin) => origin.trim()) ?? config.corsOrigins;
  return named.length === 0 ? "*" : named;
}

function limiter(env) {
  return rateLimit({
    windowMs: 60_000,
    limit: Number(env.RATE_LIMIT_PER_MINUTE ?? 600),
    standardHeaders: "draft-8",
    legacyHeaders: false,
    handler: (_request, response) => {
      const body = { type: "about:blank", title: "too many requests", status: 429 };
      response.status(429).type("application/problem+json").send(JSON.stringify(body));
    },
  });
}

function instruments(durations) {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const labelNames = ["method", "status"];
  const registers = [metrics];
  const requests = new Counter({ name: "http_requests_total", help: "Requests answered.", labelNames, registers });
  const seconds = new Histogram({ name: "http_request_duration_seconds", help: "Time to answer.", labelNames, registers });
  const measure = (request, response, next) => {
    const began = performance.now();
    response.on("finish", () => {
      const ms = performance.now() - began;
      const labels = { method: request.method, status: String(response.statusCode) };
      requests.inc(labels);
      seconds.observe(labels, ms / 1000);
      durations.add(ms);
    });
    next();
  };
  return { metrics, measure };
}
