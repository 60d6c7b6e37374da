import { createInterface } from "node:readline";
import { type Dispatcher, Pool } from "undici";
import type { Ms, ServiceId } from "../../model/basics.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Evidence } from "../../model/edge.ts";
import type { Fleet, Observation } from "../../model/fleet.ts";
import type { Receipt } from "../../model/target.ts";
import type {
  AgentEvent,
  AgentHello,
  EnsureAnswer,
  EnsureRequest,
  RetireRequest,
  RouteRequest,
  StopAnswer,
  WantedPort,
} from "./agent-api.ts";

/** Nobody answered on the agent's socket, not even after it was started again. */
export class AgentUnreachable extends Error {
  override readonly name = "AgentUnreachable";
  readonly diagnostic: Diagnostic;

  constructor(why: string) {
    super(`the local agent does not answer: ${why}`);
    this.diagnostic = {
      code: "local-agent-unreachable",
      severity: "error",
      summary: this.message,
      detail: "What runs goes on, but nothing can be seen or changed.",
      hint: "See agent.log under `.fairlead/local/`; the next apply starts an agent again.",
    };
  }
}

export interface AgentClientOptions {
  readonly socketPath: string;
  /** Called when nobody answers, before the one further try: starts an agent again. */
  readonly revive?: () => Promise<unknown>;
}

/** Ends a wait for an answer; longer than the agent itself waits for the edge. */
const ANSWER_MS: Ms = 60_000;

/** The command line's end of the agent's Unix socket. Every order carries a key, so that asking again is no second order. */
export class AgentClient {
  readonly #pool: Pool;
  readonly #revive: (() => Promise<unknown>) | undefined;

  constructor({ socketPath, revive }: AgentClientOptions) {
    this.#pool = new Pool("http://agent.invalid", { socketPath, headersTimeout: ANSWER_MS, bodyTimeout: 0 });
    this.#revive = revive;
  }

  hello(): Promise<AgentHello> {
    return this.#ask({ method: "GET", path: "/v1/agent" });
  }

  observe(only?: readonly ServiceId[]): Promise<Observation> {
    const query = only === undefined ? "" : `?only=${encodeURIComponent(only.join(","))}`;
    return this.#ask({ method: "GET", path: `/v1/observation${query}` });
  }

  ensure(request: EnsureRequest): Promise<EnsureAnswer> {
    return this.#ask({ method: "POST", path: "/v1/ensure", body: request });
  }

  retire(request: RetireRequest): Promise<Receipt> {
    return this.#ask({ method: "POST", path: "/v1/retire", body: request });
  }

  route(request: RouteRequest): Promise<Receipt> {
    return this.#ask({ method: "POST", path: "/v1/route", body: request });
  }

  /** Why some of these could not be opened; empty where all could, or are served here already. */
  blockedPorts(ports: readonly WantedPort[]): Promise<readonly Diagnostic[]> {
    return this.#ask({ method: "POST", path: "/v1/blocked-ports", body: ports });
  }

  evidence(service: ServiceId, since: Ms): Promise<Evidence> {
    return this.#ask({ method: "GET", path: `/v1/evidence/${encodeURIComponent(service)}?since=${since}` });
  }

  /** The fleet now and as it changes, until `signal` aborts or the agent goes away. */
  watch(service: ServiceId, signal: AbortSignal): AsyncIterable<Fleet> {
    return this.#follow(`/v1/watch/${encodeURIComponent(service)}`, signal);
  }

  /** What happens from now on, until `signal` aborts or the agent goes away. */
  events(signal: AbortSignal): AsyncIterable<AgentEvent> {
    return this.#follow("/v1/events", signal);
  }

  /** Resolves when every instance and the edge have ended; rejects when `signal` aborts before. */
  stop(signal: AbortSignal): Promise<StopAnswer> {
    return this.#ask({ method: "POST", path: "/v1/stop", body: {}, signal, headersTimeout: 0 });
  }

  /** The agent ends; instances and edge go on. */
  async leave(signal: AbortSignal): Promise<void> {
    await this.#ask({ method: "POST", path: "/v1/leave", body: {}, signal });
  }

  /** Lets go of the connection; the agent goes on. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #ask<T>(question: Question): Promise<T> {
    const { body, ...rest } = question;
    const asked = {
      ...rest,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    };
    const answer = await this.#send(asked);
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`the agent answered ${answer.statusCode}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  }

  async #send(asked: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#pool.request(asked);
    } catch (error) {
      if (asked.signal && (asked.signal as AbortSignal).aborted) throw error;
      if (!this.#revive) throw new AgentUnreachable(messageOf(error));
    }
    await this.#revive();
    try {
      return await this.#pool.request(asked);
    } catch (error) {
      throw new AgentUnreachable(messageOf(error));
    }
  }

  async *#follow<T>(path: string, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    if (signal.aborted) return;
    try {
      const answer = await this.#send({ method: "GET", path, signal });
      const lines = createInterface({ input: answer.body });
      // Whoever stops reading early hears nothing of what becomes of the connection.
      lines.on("error", () => {});
      for await (const line of lines) if (line !== "") yield JSON.parse(line) as T;
    } catch (error) {
      // Told to end, or the agent has gone in the middle: both end what is followed.
      if (error instanceof AgentUnreachable) throw error;
    }
  }
}

interface Question {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly headersTimeout?: Ms;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
