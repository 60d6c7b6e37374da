import express from "express";
import { LRUCache } from "lru-cache";
import { createService, Refusal, serve } from "../kit/service.js";

/** A cache over HTTP: values of any type under a key, with a time to live, the least used ones going first. */
const entries = new LRUCache({
  maxSize: 16 * 1024 * 1024,
  ttl: 60_000,
  sizeCalculation: ({ body }) => body.length + 1,
});
const counts = { hits: 0, misses: 0, writes: 0 };
const LONGEST_TTL_S = 3600;

const app = createService(
  (routes) => {
    routes.get("/stats", (_request, response) => {
      response.json({ ...counts, entries: entries.size, bytes: entries.calculatedSize });
    });
    const key = routes.route("/entries/:key");
    key.get((request, response) => {
      const entry = entries.get(request.params.key);
      if (!entry) {
        counts.misses++;
        throw new Refusal(404, "nothing is kept under this key");
      }
      counts.hits++;
      const seconds = Math.ceil(entries.getRemainingTTL(request.params.key) / 1000);
      response.set("content-type", entry.type).set("cache-control", `max-age=${seconds}`).send(entry.body);
    });
    key.put(express.raw({ type: () => true, limit: "256kb" }), (request, response) => {
      const ttl = Number(request.query.ttl ?? 60);
      if (!Number.isInteger(ttl) || ttl < 1 || ttl > LONGEST_TTL_S)
        throw new Refusal(400, `ttl must be 1 to ${LONGEST_TTL_S} seconds`);
      const type = request.get("content-type") ?? "application/octet-stream";
      // JSON was read already; kept as it is written again.
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.from(JSON.stringify(request.body ?? null));
      entries.set(request.params.key, { type, body }, { ttl: ttl * 1000 });
      counts.writes++;
      response.status(204).end();
    });
    key.delete((request, response) => {
      if (!entries.delete(request.params.key)) throw new Refusal(404, "nothing is kept under this key");
      response.status(204).end();
    });
  },
  {
    "cache:utilization": () => ({
      componentType: "datastore",
      status: "pass",
      observedValue: Math.round((entries.calculatedSize / entries.maxSize) * 100),
      observedUnit: "percent",
    }),
  },
);
await serve(app);
