import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Backend, RouteTable } from "./route-table.ts";

/** More would only keep a client waiting for a service that is not there. */
const ATTEMPTS_MAX = 3;

const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);

/** The connection never came about, so that no instance has seen the request. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "UND_ERR_CONNECT_TIMEOUT",
  "EHOSTUNREACH",
  "UND_ERR_CLOSED",
  "UND_ERR_DESTROYED",
]);

/** The connection broke before the first byte of an answer. */
const BROKEN = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

/** No instance could be given the request; `why` chooses the answer. */
export class NotAdmitted extends Error {
  readonly code = "FAIRLEAD_NOT_ADMITTED";
  readonly why: "maintenance" | "none";
  constructor(why: "maintenance" | "none") {
    super(why);
    this.why = why;
  }
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body?: Readable | string | Buffer | null;
}

type Answer = Dispatcher.ResponseData;
type Callback = (error: Error | null, answer?: Answer) => void;

/**
 * Gives requests to backends, as the dispatcher under @fastify/reply-from. What it adds to a plain pool: a backend is
 * chosen for each attempt; an attempt that no instance has seen, or an idempotent one without a body that broke before any
 * answer, goes to another; everything is counted. A body is read only once a connection stands, so that a refused
 * connection costs nothing even for a POST.
 */
export class Forwarder {
  readonly #table: RouteTable;

  constructor(table: RouteTable) {
    this.#table = table;
  }

  request(request: Request, done: Callback): void {
    this.#attempt(request, new Set(), done);
  }

  #attempt(request: Request, tried: Set<Backend>, done: Callback, earlier?: Error): void {
    const admission = this.#table.admit(tried);
    if (admission.is !== "backend") {
      done(earlier ?? new NotAdmitted(admission.is));
      return;
    }
    const { backend } = admission;
    const body = bodyOf(request);
    this.#table.begin(backend);
    backend.pool.request(
      {
        path: request.path,
        method: request.method as Dispatcher.HttpMethod,
        headers: request.headers,
        // undici takes any async iterable, its types do not say so.
        body: body.stream as Readable | string | Buffer | null,
      },
      (error, answer) => {
        if (!error) {
          this.#follow(backend, answer);
          done(null, answer);
          return;
        }
        tried.add(backend);
        const code = codeOf(error);
        const again =
          tried.size < ATTEMPTS_MAX &&
          !body.begun() &&
          (NOT_SENT.has(code) || (BROKEN.has(code) && IDEMPOTENT.has(request.method) && body.stream === null));
        this.#table.end(backend, again ? "failed" : "aborted");
        if (again) this.#attempt(request, tried, done, error);
        else done(error);
      },
    );
  }

  /** Counts the answer when its last byte has come from the instance, or when it cannot any more. */
  #follow(backend: Backend, answer: Answer): void {
    let broken = false;
    answer.body.once("error", (error) => {
      // An error of this code means that the client went away and we ended the answer ourselves.
      broken = codeOf(error) !== "UND_ERR_ABORTED";
    });
    answer.body.once("close", () => {
      this.#table.end(backend, broken ? "aborted" : answer.statusCode >= 500 ? "failed" : "answered");
    });
  }
}

function bodyOf(request: Request): { readonly stream: Lazy | string | Buffer | null; begun(): boolean } {
  const { body } = request;
  if (body === undefined || body === null || body === "") return { stream: null, begun: () => false };
  if (typeof body === "string" || Buffer.isBuffer(body)) return { stream: body, begun: () => false };
  let begun = false;
  // A generator, since undici destroys a stream that it was given when the connection fails, read or not.
  async function* lazily(): Lazy {
    begun = true;
    yield* body as Readable;
  }
  return { stream: lazily(), begun: () => begun };
}

type Lazy = AsyncGenerator<Uint8Array, void, undefined>;

export function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ("code" in at && typeof at.code === "string" && !at.code.startsWith("FST_")) return at.code;
  }
  return "";
}
