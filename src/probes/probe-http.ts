import { Agent, buildConnector, request } from "undici";
import type { Clock, Ms, ServiceId } from "../model/basics.ts";
import { formatDuration } from "../model/duration.ts";
import type { Sample } from "../model/health.ts";
import type { HealthSpec } from "../model/service.ts";
import { type Answer, type ConditionResult, evaluateConditions } from "./conditions.ts";
import { type CheckStatus, type HealthBody, namedCheck, readHealthBody, worst } from "./health-body.ts";

/** More of a body than this is not read: a health endpoint that streams must not fill our memory. */
export const BODY_BYTES_MAX = 256 * 1024;
export const REDIRECTS_MAX = 5;

export interface HttpProbe {
  readonly service: ServiceId;
  /** Absolute. */
  readonly url: string;
  readonly health: Pick<HealthSpec, "timeout" | "conditions" | "checks">;
  readonly clock: Clock;
  /** Cuts the asking short; the sample then says so. */
  readonly signal?: AbortSignal;
}

/**
 * Asks a service once over HTTP and judges the answer. Never throws and never outlasts `health.timeout`: a refused
 * connection, a hung answer or broken JSON is a sample like any other.
 *
 * The outcome is `fail` when there is no answer, a condition does not hold (without conditions: the status is not 2xx),
 * or the body says `fail`; `warn` when it is merely slow (only conditions on [RESPONSE_TIME] missed) or the body says
 * `warn`.
 */
export async function probeHttp(probe: HttpProbe): Promise<Sample> {
  const { service, health, clock } = probe;
  const at = clock.now();
  const asked = await ask(probe);
  const { answer, error } = asked;
  if (error !== undefined && !answer.connected && health.conditions.length === 0)
    return { service, at, outcome: "fail", error };

  const results = evaluateConditions(health.conditions, answer);
  const body = asked.json ? readHealthBody(answer.body ?? "") : null;
  const checks = Object.fromEntries(health.checks.map((name) => [name, judgeCheck(name, body, asked, results)]));
  const rejected = health.conditions.length === 0 && !isSuccess(answer.status);
  const outcome = error !== undefined || rejected ? "fail" : worst([byConditions(results), byBody(body, checks)]);
  const says = error ?? (rejected ? `answered ${answer.status}${asked.aside}` : undefined);
  return {
    service,
    at,
    outcome,
    ...(answer.responseTimeMs !== undefined && error === undefined ? { latencyMs: answer.responseTimeMs } : {}),
    ...(answer.status !== undefined ? { status: answer.status } : {}),
    ...(results.length > 0 ? { conditions: results.map(({ condition, held }) => ({ condition, held })) } : {}),
    ...(health.checks.length > 0 ? { checks } : {}),
    ...(says !== undefined ? { error: says } : {}),
  };
}

/** Slow is not down: only a missed condition about something else fails. */
function byConditions(results: readonly ConditionResult[]): CheckStatus {
  const missed = results.filter((result) => !result.held);
  if (missed.length === 0) return "pass";
  return missed.every((result) => result.aboutTime) ? "warn" : "fail";
}

/** The root status has judged where there is one; a named check that fails beneath it is still worth a warning. */
function byBody(body: HealthBody | null, checks: Readonly<Record<string, CheckStatus | "missing">>): CheckStatus {
  const named = worst(Object.values(checks));
  if (body?.status == null) return named;
  return worst([body.status, named === "pass" ? "pass" : "warn"]);
}

function judgeCheck(
  name: string,
  body: HealthBody | null,
  { answer, error }: Asked,
  results: readonly ConditionResult[],
): CheckStatus | "missing" {
  const said = namedCheck(name, body);
  // The one check that we measure ourselves, whether the body speaks of it or not.
  if (said === "missing" && name === "response_time" && error === undefined && answer.responseTimeMs !== undefined)
    return results.some((result) => result.aboutTime && !result.held) ? "warn" : "pass";
  return said;
}

interface Asked {
  readonly answer: Answer;
  /** The body claims to be JSON. */
  readonly json: boolean;
  /** What explains an odd status: a redirect that was not followed. */
  readonly aside: string;
  readonly error?: string;
}

async function ask(probe: HttpProbe): Promise<Asked> {
  const { clock, health } = probe;
  const ended = new AbortController();
  const cut = new AbortController();
  const start = clock.monotonic();
  const met: { connected: boolean; ip?: string } = { connected: false };
  const timedOut = `no answer within ${formatDuration(health.timeout)}`;
  const deadline = clock.sleep(health.timeout, ended.signal).then(() => cut.abort(timedOut));
  const stop = (): void => cut.abort("cut short");
  probe.signal?.addEventListener("abort", stop, { once: true });
  if (probe.signal?.aborted) stop();
  const agent = ownAgent(met, health.timeout);
  try {
    // The race, not undici's own abort, bounds the time: a socket that ignores us must not hold the loop.
    const aborted = new Promise<never>((_, reject) => {
      const fail = (): void => reject(new Cut(String(cut.signal.reason)));
      if (cut.signal.aborted) fail();
      cut.signal.addEventListener("abort", fail, { once: true });
    });
    const response = await Promise.race([follow(probe.url, agent, cut.signal), aborted]);
    const responseTimeMs = Math.max(0, Math.round((clock.monotonic() - start) * 10) / 10);
    const { status, body, json, aside } = response;
    return { answer: { ...met, connected: true, status, body, responseTimeMs }, json, aside };
  } catch (error) {
    return { answer: met, json: false, aside: "", error: explain(error) };
  } finally {
    ended.abort();
    probe.signal?.removeEventListener("abort", stop);
    await deadline;
    // Destroying closes sockets at once; nothing of ours may outlive the asking.
    void agent.destroy().catch(() => undefined);
  }
}

interface Received {
  readonly status: number;
  readonly body: string;
  readonly json: boolean;
  readonly aside: string;
}

/** Follows redirects on the same origin only: a health check must not be led to other machines. */
async function follow(start: string, agent: Agent, signal: AbortSignal): Promise<Received> {
  let url = new URL(start);
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    const response = await request(url, { dispatcher: agent, signal, headers: HEADERS });
    const location = response.headers["location"];
    const redirect = [301, 302, 303, 307, 308].includes(response.statusCode) && typeof location === "string";
    const next = redirect && URL.canParse(location, url.href) ? new URL(location, url) : null;
    if (next !== null && next.origin === url.origin) {
      await response.body.dump({ limit: BODY_BYTES_MAX });
      url = next;
      continue;
    }
    const type = String(response.headers["content-type"] ?? "");
    return {
      status: response.statusCode,
      body: await readCapped(response.body),
      json: /^application\/(?:[\w.-]+\+)?json\b/i.test(type),
      aside: next === null ? "" : ` with a redirect to ${next.origin}, which is not followed`,
    };
  }
  throw new Cut(`more than ${REDIRECTS_MAX} redirects`);
}

const HEADERS = {
  "user-agent": "fairlead-health",
  accept: "application/health+json, application/json;q=0.9, */*;q=0.1",
};

async function readCapped(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    const part = chunk.subarray(0, BODY_BYTES_MAX - bytes);
    chunks.push(part);
    bytes += part.length;
    // Leaving the loop destroys the stream.
    if (bytes >= BODY_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A fresh agent for each asking, without keep-alive: a reused connection would hide that no new one can be made. */
function ownAgent(met: { connected: boolean; ip?: string }, timeoutMs: Ms): Agent {
  const connect = buildConnector({ timeout: timeoutMs, maxCachedSessions: 0 });
  return new Agent({
    pipelining: 0,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: (options, callback) =>
      connect(options, (...result) => {
        const socket = result[1];
        if (socket) {
          met.connected = true;
          if (socket.remoteAddress !== undefined) met.ip = socket.remoteAddress;
        }
        callback(...result);
      }),
  });
}

/** An end that we chose, with the words for it. */
class Cut extends Error {}

/** Names the failure without addresses or host names: samples are published. */
function explain(error: unknown): string {
  if (error instanceof Cut) return error.message;
  const code = codeOf(error);
  if (code.startsWith("HPE_")) return String(REASONS["HTTPParserError"]);
  return Object.hasOwn(REASONS, code) ? String(REASONS[code]) : `the request failed (${code})`;
}

function codeOf(error: unknown): string {
  for (let at: unknown = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === "string") return code;
  }
  return error instanceof Error ? error.name : "unknown";
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "host name not found",
  ETIMEDOUT: "connection timed out",
  UND_ERR_SOCKET: "connection closed before the answer was complete",
  UND_ERR_CONNECT_TIMEOUT: "connection timed out",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  UND_ERR_BODY_TIMEOUT: "no complete answer in time",
  UND_ERR_HEADERS_OVERFLOW: "answered with headers too large to read",
  ERR_INVALID_URL: "the endpoint is no valid address",
  CERT_HAS_EXPIRED: "certificate expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "self-signed certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate cannot be verified",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate is for another name",
  HTTPParserError: "answered something that is not HTTP",
};

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
