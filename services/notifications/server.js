import { createHmac, randomBytes, randomUUID } from "node:crypto";
import PQueue from "p-queue";
import pRetry from "p-retry";
import { createService, logger, Refusal, serve } from "../kit/service.js";

/**
 * Sends events to the webhooks that asked for them: signed, a few at a time, again with growing pauses when it fails, and
 * every delivery on record. With `/api/inbox` it is a receiver as well, so that the demo needs nobody else.
 */
const queue = new PQueue({ concurrency: 4 });
// Without one of its own, only this very process can tell its signatures.
const signingKey = process.env.SIGNING_KEY ?? randomBytes(32);
const hooks = new Map();
const deliveries = [];
const inbox = [];
const MOST = 500;

const signatureOf = (body) => `sha256=${createHmac("sha256", signingKey).update(body).digest("hex")}`;

const app = createService(
  (routes) => {
    routes.get("/api/webhooks", (_request, response) => response.json({ items: [...hooks.values()] }));
    routes.post("/api/webhooks", (request, response) => {
      const { url, event } = request.body ?? {};
      if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol) || typeof event !== "string")
        throw new Refusal(400, "a webhook has an http(s) url and an event");
      if (hooks.size >= MOST) throw new Refusal(507, "there is no room for another webhook");
      const hook = { id: randomUUID(), url, event };
      hooks.set(hook.id, hook);
      response.status(201).json(hook);
    });
    routes.delete("/api/webhooks/:id", (request, response) => {
      if (!hooks.delete(request.params.id)) throw new Refusal(404, "there is no such webhook");
      response.status(204).end();
    });
    routes.post("/api/events", (request, response) => {
      const { type, data } = request.body ?? {};
      if (typeof type !== "string") throw new Refusal(400, "an event has a type");
      const wanted = [...hooks.values()].filter(({ event }) => event === type || event === "*");
      if (queue.size + wanted.length > MOST) throw new Refusal(503, "too many deliveries are waiting");
      for (const hook of wanted) deliver(hook, JSON.stringify({ id: randomUUID(), type, data }));
      response.status(202).json({ deliveries: wanted.length });
    });
    routes.get("/api/deliveries", (_request, response) => response.json({ items: deliveries, waiting: queue.size }));
    routes.get("/api/inbox", (_request, response) => response.json({ items: inbox }));
    routes.post("/api/inbox", (request, response) => {
      // Read and written again, the body is the sender's, byte for byte: it came from the same JSON.stringify.
      if (request.get("x-signature") !== signatureOf(JSON.stringify(request.body)))
        throw new Refusal(401, "the signature is not right");
      keep(inbox, request.body);
      response.status(204).end();
    });
  },
  { "queue:waiting": () => ({ status: queue.size < MOST / 2 ? "pass" : "warn", observedValue: queue.size }) },
);
await serve(app);

function deliver(hook, body) {
  const delivery = { id: randomUUID(), url: hook.url, attempts: 0, outcome: "waiting" };
  keep(deliveries, delivery);
  const attempt = async () => {
    delivery.attempts++;
    const headers = { "content-type": "application/json", "x-signature": signatureOf(body) };
    const answer = await fetch(hook.url, { method: "POST", headers, body, signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(`answers ${answer.status}`);
  };
  queue
    .add(() => pRetry(attempt, { retries: 3, minTimeout: 200, maxTimeout: 2000 }))
    .then(() => {
      delivery.outcome = "delivered";
    })
    .catch((error) => {
      delivery.outcome = "failed";
      delivery.reason = error.message;
      logger.warn({ delivery: delivery.id, reason: error.message }, "not delivered");
    });
}

function keep(list, item) {
  list.push(item);
  if (list.length > MOST) list.shift();
}
