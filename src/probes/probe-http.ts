import type { TLSSocket } from "node:tls";
import { buildConnector, Client, errors } from "undici";
import { hostIn } from "./host-in.ts";
import { noteCertificate, ofOtherFamily } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

/** More of a body than this is not read: a health endpoint that streams must not fill our memory. */
const BODY_BYTES_MAX = 256 * 1024;
const REDIRECTS_MAX = 5;

/** Asks over HTTP; a GraphQL query is a POST whose answer may have no `errors`. Anything but 2xx is rejected. */
export async function askHttp(question: Question, asking: Asking): Promise<Answered> {
  const { status, json, aside } = await follow(question, asking, clients(question, asking));
  if (question.graphql !== undefined) judgeGraphql(asking.met.body ?? "", status);
  const success = status >= 200 && status < 300;
  return { json, ...(success ? {} : { rejected: `answered ${status}${aside}` }) };
}

interface Received {
  readonly status: number;
  readonly json: boolean;
  /** What explains an odd status: a redirect that was not followed. */
  readonly aside: string;
}

/**
 * Redirects are followed on the same origin, elsewhere only where `follow_redirects` says so: a health check must not be led
 * to other machines, and its own headers never are.
 */
async function follow(
  question: Question,
  { signal, met }: Asking,
  clientOf: (origin: string) => Client,
): Promise<Received> {
  const { origin } = question.url;
  let url = question.url;
  let asked = requestOf(question);
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    const headers = url.origin === origin ? asked.headers : HEADERS;
    const path = `${url.pathname}${url.search}`;
    const response = await clientOf(url.origin).request({ ...asked, path, headers, signal });
    const location = response.headers["location"];
    const redirect = [301, 302, 303, 307, 308].includes(response.statusCode) && typeof location === "string";
    const next = redirect && URL.canParse(location, url.href) ? new URL(location, url) : null;
    if (next !== null && /^https?:$/.test(next.protocol) && isFollowed(question, next)) {
      await response.body.dump({ limit: BODY_BYTES_MAX });
      // As browsers do: what was sent is not sent on, but where the server asks for just that.
      if (response.statusCode < 307 && asked.method !== "HEAD") asked = { method: "GET", headers: asked.headers };
      url = next;
      continue;
    }
    met.status = response.statusCode;
    met.body = await readCapped(response.body);
    return {
      status: response.statusCode,
      json: /^application\/(?:[\w.-]+\+)?json\b/i.test(String(response.headers["content-type"] ?? "")),
      aside:
        next === null
          ? ""
          : ` with a redirect${next.origin === origin ? "" : " to another address"}, which is not followed`,
    };
  }
  throw new Refusal(`more than ${REDIRECTS_MAX} redirects`);
}

function isFollowed({ followRedirects, url }: Question, next: URL): boolean {
  return followRedirects ?? next.origin === url.origin;
}

const HEADERS: Readonly<Record<string, string>> = {
  "user-agent": "fairlead-health",
  accept: "application/health+json, application/json;q=0.9, */*;q=0.1",
};

interface Asked {
  readonly method: "GET" | "HEAD" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

function requestOf({ url, method, headers, body, graphql }: Question): Asked {
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const basic = url.username === "" ? {} : { authorization: basicOf(url) };
  const sent = graphql === undefined ? body : JSON.stringify({ query: graphql });
  const type = graphql === undefined ? {} : { "content-type": "application/json" };
  return {
    method: (method ?? (sent === undefined ? "GET" : "POST")) as Asked["method"],
    headers: { ...HEADERS, ...type, ...basic, ...own },
    ...(sent === undefined ? {} : { body: sent }),
  };
}

function basicOf({ username, password }: URL): string {
  return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`;
}

/** GraphQL over HTTP: https://graphql.github.io/graphql-over-http/draft/. Its servers answer 200 to a query that failed. */
function judgeGraphql(body: string, status: number): void {
  let root: unknown;
  try {
    root = JSON.parse(body);
  } catch {
    throw new Refusal(`answered ${status} with something that is not GraphQL`);
  }
  const { data, errors } = (root ?? {}) as { data?: unknown; errors?: unknown };
  if (Array.isArray(errors) && errors.length > 0)
    throw new Refusal(`answered the query with ${errors.length === 1 ? "an error" : `${errors.length} errors`}`);
  if (data === undefined) throw new Refusal(`answered ${status} with something that is not GraphQL`);
}

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

const CLOSED = new errors.ClientClosedError("over");

/**
 * A client of its own for each asking and origin, without keep-alive: a connection that is used again would hide that no new one can
 * be made. What the connections meet is noted.
 */
function clients(question: Question, asking: Asking): (origin: string) => Client {
  const { ipVersion } = question;
  const { met, timeoutMs } = asking;
  const known = new Map<string, Client>();
  const connect = buildConnector({ timeout: timeoutMs, maxCachedSessions: 0 });
  const family = ipVersion === undefined ? {} : { family: ipVersion, autoSelectFamily: false };
  const connected: buildConnector.connector = (options, callback) => {
    const other = ofOtherFamily(hostIn(options), question);
    if (other !== null) return callback(other, null);
    connect({ ...options, ...family }, (...result) => {
      const socket = result[1];
      if (socket) {
        met.connected = true;
        if (socket.remoteAddress !== undefined) met.ip = socket.remoteAddress;
        if ("getPeerCertificate" in socket) noteCertificate(socket as TLSSocket, asking);
      }
      callback(...result);
    });
  };
  return (origin) => {
    const there = known.get(origin);
    if (there !== undefined) return there;
    const options = { pipelining: 0, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connect: connected };
    const client = new Client(origin, options);
    known.set(origin, client);
    asking.closing(() => void client.destroy(CLOSED).catch(() => undefined));
    return client;
  };
}
