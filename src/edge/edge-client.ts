import { Client } from "undici";
import type { Ms, ServiceId } from "../model/basics.ts";
import type { EdgeReadBack, EdgeSnapshot, Evidence } from "../model/edge.ts";
import type { EdgeHello } from "./edge-api.ts";

/** The agent's end of the edge's Unix socket. Every call rejects when the edge is not there. */
export class EdgeClient {
  readonly #client: Client;

  constructor(socketPath: string) {
    this.#client = new Client("http://edge.invalid", { socketPath, pipelining: 4 });
  }

  hello(): Promise<EdgeHello> {
    return this.#ask("GET", "/v1/edge");
  }

  put(snapshot: EdgeSnapshot): Promise<EdgeReadBack> {
    return this.#ask("PUT", "/v1/snapshot", snapshot);
  }

  /** Requests in flight by instance. */
  inFlight(): Promise<Readonly<Record<string, number>>> {
    return this.#ask("GET", "/v1/flights");
  }

  evidence(service: ServiceId, since: Ms): Promise<Evidence> {
    return this.#ask("GET", `/v1/evidence/${encodeURIComponent(service)}?since=${since}`);
  }

  async swap(graceMs: Ms): Promise<void> {
    await this.#ask("POST", "/v1/swap", { graceMs });
  }

  /** Resolves when the edge serves nothing any more; its process ends right after. */
  async close(graceMs: Ms): Promise<void> {
    await this.#ask("POST", "/v1/close", { graceMs });
  }

  /** Lets go of the connection; the edge goes on. */
  async disconnect(): Promise<void> {
    await this.#client.destroy();
  }

  async #ask<T>(method: "GET" | "PUT" | "POST", path: string, body?: unknown): Promise<T> {
    const answer = await this.#client.request({
      method,
      path,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      headersTimeout: 60_000,
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`the edge answered ${answer.statusCode}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  }
}
