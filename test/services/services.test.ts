import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { renderTemplate, type TemplateSpec } from "../../src/scaffold/render-template.ts";
import { until } from "../support/until.ts";

/** The services of this repository, started as the local target starts them: PORT, and where what they declare is. */
const root = join(import.meta.dirname, "..", "..");
const IDS = ["catalog-api", "orders-api", "cache", "notifications", "invoice-pdf", "page-analytics"];
const SIGNING_KEY = "known to the sender and the receiver";
const ports = new Map<string, number>();
const children = new Map<string, ChildProcess>();
const url = (id: string): string => `http://127.0.0.1:${ports.get(id)}`;
let rendered: string;

beforeAll(async () => {
  rendered = mkdtempSync(join(tmpdir(), "fairlead-catalog-"));
  for (const [path, content] of renderTemplate({ template: "express", spec: declared("catalog-api") })) {
    mkdirSync(dirname(join(rendered, path)), { recursive: true });
    writeFileSync(join(rendered, path), content);
  }
  symlinkSync(join(root, "node_modules"), join(rendered, "node_modules"));
  for (const id of IDS) ports.set(id, await freePort());
  for (const id of IDS) {
    const addresses = (declared(id).dependencies ?? []).map((other) => [
      `FAIRLEAD_URL_${other.toUpperCase().replaceAll("-", "_")}`,
      url(other),
    ]);
    const child = spawn(process.execPath, ["server.js"], {
      cwd: id === "catalog-api" ? rendered : join(root, "services", id),
      env: { PATH: process.env["PATH"], PORT: String(ports.get(id)), SIGNING_KEY, ...Object.fromEntries(addresses) },
      stdio: "ignore",
    });
    children.set(id, child);
  }
  await Promise.all(
    IDS.map((id) => until(async () => (await fetch(`${url(id)}/health`)).ok, { deadlineMs: 30_000, what: id })),
  );
}, 40_000);

afterAll(() => {
  for (const child of children.values()) child.kill("SIGKILL");
  rmSync(rendered, { recursive: true, force: true });
});

describe("the services of this repository", () => {
  for (const id of IDS)
    test(`${id} says of itself and its dependencies that all is well`, async () => {
      await until(async () => {
        const answer = await fetch(`${url(id)}/health`);
        expect(answer.headers.get("content-type")).toContain("application/health+json");
        return ((await answer.json()) as { status: string }).status === "pass";
      });
    });

  test("take an order from catalog to invoice, webhook and count", async () => {
    const product = await post("catalog-api", "/api/products", { name: "Rope", price: 12.5 });
    await post("notifications", "/api/webhooks", { url: `${url("notifications")}/api/inbox`, event: "order.created" });

    const order = await post("orders-api", "/api/orders", { product_id: product["id"], quantity: 3 });
    expect(order).toMatchObject({ product: "Rope", quantity: 3, total: 37.5 });

    const invoice = await fetch(`${url("orders-api")}/api/orders/${order["id"]}/invoice`);
    expect(invoice.headers.get("content-type")).toContain("application/pdf");
    expect(
      Buffer.from(await invoice.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");

    const delivered = await until(async () => {
      const { items } = (await get("notifications", "/api/inbox")) as { items: { data: { id: string } }[] };
      return items.find(({ data }) => data.id === order["id"]);
    });
    expect(delivered).toMatchObject({ type: "order.created", data: order });

    expect(await get("page-analytics", "/api/summary")).toEqual({
      pages: { "/api/orders": { views: 1, p50: 37.5, p90: 37.5, p99: 37.5 } },
    });

    await post("orders-api", "/api/orders", { product_id: product["id"], quantity: 1 });
    expect(await get("cache", "/stats")).toMatchObject({ hits: 1, writes: 1 });
  });

  test("refuse an order of what there is not, and a webhook that is not signed right", async () => {
    const body = JSON.stringify({ product_id: "nothing", quantity: 1 });
    const headers = { "content-type": "application/json" };
    expect((await fetch(`${url("orders-api")}/api/orders`, { method: "POST", headers, body })).status).toBe(422);
    expect((await fetch(`${url("notifications")}/api/inbox`, { method: "POST", headers, body })).status).toBe(401);
  });

  test("send a webhook again when it fails, signed so that its receiver can tell", async () => {
    const received: { body: string; signature: unknown }[] = [];
    const receiver = createHttpServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      received.push({ body, signature: request.headers["x-signature"] });
      response.writeHead(received.length === 1 ? 500 : 204).end();
    });
    receiver.listen(await freePort(), "127.0.0.1");
    try {
      await until(() => receiver.listening);
      const { port } = receiver.address() as { port: number };
      const sink = `http://127.0.0.1:${port}/`;
      await post("notifications", "/api/webhooks", { url: sink, event: "stock.low" });
      await post("notifications", "/api/events", { type: "stock.low", data: { product: "Rope" } });
      const delivery = await until(async () => {
        const { items } = (await get("notifications", "/api/deliveries")) as { items: Record<string, unknown>[] };
        return items.find(({ url, outcome }) => url === sink && outcome !== "waiting");
      });
      expect(delivery).toMatchObject({ outcome: "delivered", attempts: 2 });
      const [first, second] = received;
      expect(second).toEqual(first);
      const hmac = createHmac("sha256", SIGNING_KEY)
        .update(first?.body ?? "")
        .digest("hex");
      expect(first?.signature).toBe(`sha256=${hmac}`);
    } finally {
      receiver.closeAllConnections();
      receiver.close();
    }
  });

  test("an order is taken though nobody can be told, and the health check says who is missing", async () => {
    const { id } = await post("catalog-api", "/api/products", { name: "Anchor", price: 80 });
    expect(await stopped("page-analytics")).toBe(0);
    await post("orders-api", "/api/orders", { product_id: id, quantity: 1 });
    const health = (await get("orders-api", "/health")) as { checks: Record<string, { status: string }[]> };
    expect(health.checks["page-analytics:reachability"]?.[0]?.status).toBe("fail");
    expect(health.checks["cache:reachability"]?.[0]?.status).toBe("pass");
  });

  for (const id of IDS.filter((one) => one !== "page-analytics"))
    test(`${id} ends at SIGTERM with exit code 0`, async () => expect(await stopped(id)).toBe(0));
});

/** What its service file says. */
function declared(id: string): TemplateSpec {
  return parse(readFileSync(join(root, "services", `${id}.yaml`), "utf8")) as TemplateSpec;
}

async function stopped(id: string): Promise<number | null> {
  const child = children.get(id) as ChildProcess;
  child.kill("SIGTERM");
  await until(() => child.exitCode !== null || child.signalCode !== null, { what: `${id} to end` });
  return child.exitCode;
}

async function get(id: string, path: string): Promise<unknown> {
  return (await fetch(url(id) + path)).json();
}

async function post(id: string, path: string, body: unknown): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url(id) + path, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  return (await answer.json()) as Record<string, unknown>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
