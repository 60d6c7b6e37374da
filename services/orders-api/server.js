import { randomUUID } from "node:crypto";
import { addressOf, createService, logger, Refusal, reaches, serve } from "../kit/service.js";

/**
 * Takes orders: prices come from the catalog, through the cache; each order gets an invoice as PDF, is told to whoever
 * listens for `order.created`, and is counted. What only tells or counts may fail without losing the order.
 */
const orders = new Map();
const MOST_ORDERS = 10_000;
const TIMEOUT_MS = 5000;

const app = createService(
  (routes) => {
    routes.get("/api/orders", (_request, response) => {
      response.json({ items: [...orders.values()].slice(-100), total: orders.size });
    });
    routes.post("/api/orders", async (request, response) => {
      const { product_id: productId, quantity } = request.body ?? {};
      if (typeof productId !== "string" || !Number.isInteger(quantity) || quantity < 1 || quantity > 1000)
        throw new Refusal(400, "an order has a product_id and a quantity of 1 to 1000");
      if (orders.size >= MOST_ORDERS) throw new Refusal(507, "there is no room for another order");
      const product = await productOf(productId);
      const total = Math.round(product.price * quantity * 100) / 100;
      const order = { id: randomUUID(), product: product.name, quantity, total, created_at: new Date().toISOString() };
      orders.set(order.id, order);
      await Promise.all([
        tell("notifications", "/api/events", { type: "order.created", data: order }),
        tell("page-analytics", "/api/views", { page: "/api/orders", value: total }),
      ]);
      response.status(201).location(`/api/orders/${order.id}`).json(order);
    });
    routes.get("/api/orders/:id", (request, response) => response.json(found(request.params.id)));
    routes.get("/api/orders/:id/invoice", async (request, response) => {
      const { id, product, quantity, total } = found(request.params.id);
      const lines = [{ description: product, quantity, amount: total }];
      const answer = await ask("invoice-pdf", "/api/invoices", { method: "POST", ...jsonBody({ number: id, lines }) });
      if (!answer.ok) throw new Refusal(502, `the invoice could not be made: ${answer.status}`);
      response.type("application/pdf").send(Buffer.from(await answer.arrayBuffer()));
    });
  },
  Object.fromEntries(
    ["catalog-api", "cache", "notifications", "invoice-pdf", "page-analytics"].map((id) => [
      `${id}:reachability`,
      reaches(id),
    ]),
  ),
);
await serve(app);

function found(id) {
  const order = orders.get(id);
  if (!order) throw new Refusal(404, "there is no such order");
  return order;
}

async function productOf(id) {
  const path = `/entries/${encodeURIComponent(`product:${id}`)}`;
  const cached = await ask("cache", path).catch(() => null);
  if (cached?.ok) return cached.json();
  const answer = await ask("catalog-api", `/api/products/${encodeURIComponent(id)}`);
  if (answer.status === 404) throw new Refusal(422, "there is no such product");
  const product = await answer.json();
  if (!answer.ok || typeof product.price !== "number") throw new Refusal(502, "the catalog has no price for it");
  // Short: a new price shows soon.
  await ask("cache", `${path}?ttl=10`, { method: "PUT", ...jsonBody(product) }).catch(() => null);
  return product;
}

async function tell(id, path, body) {
  try {
    const answer = await ask(id, path, { method: "POST", ...jsonBody(body) });
    if (!answer.ok) throw new Error(`answers ${answer.status}`);
  } catch (error) {
    logger.warn({ to: id, reason: error.message }, "could not be told");
  }
}

function ask(id, path, options = {}) {
  return fetch(addressOf(id) + path, { signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
}

function jsonBody(value) {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}
