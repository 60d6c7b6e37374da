import { Agent, request } from "undici";
import { failureWords } from "./failure-words.ts";
import { Refusal } from "./probe-kind.ts";

/** IANA's list has some 60 kB, an answer about a domain some 10 kB. */
const BYTES_MAX = 1024 * 1024;
const REDIRECTS_MAX = 3;

/** Which server knows the domains below a suffix; the suffix in small letters. */
export type Registries = ReadonlyMap<string, string>;

/** When a registration ends, in milliseconds since the Unix epoch, or why nobody will say. In words fit to be published. */
export type RegistrationEnd = { readonly endsAt: number } | { readonly why: string };

/** Reads a bootstrap file of RFC 9224. Throws a Refusal where it cannot be had or read. */
export async function readRegistries(url: string, signal: AbortSignal): Promise<Registries> {
  const { status, json } = await fetchJson(url, "the list of registries", signal);
  const { services } = (json ?? {}) as { readonly services?: unknown };
  if (status !== 200 || !Array.isArray(services)) throw new Refusal("the list of registries cannot be read");
  const found = new Map<string, string>();
  for (const service of services) {
    const [suffixes, urls] = (Array.isArray(service) ? service : []) as readonly unknown[];
    if (!Array.isArray(suffixes) || !Array.isArray(urls)) continue;
    const known = urls.filter((one): one is string => typeof one === "string" && /^https?:/i.test(one));
    // "Implementations are encouraged to use HTTPS" where a registry offers both.
    const base = known.find((one) => /^https:/i.test(one)) ?? known[0];
    if (base === undefined) continue;
    for (const suffix of suffixes) if (typeof suffix === "string") found.set(suffix.toLowerCase(), base);
  }
  return found;
}

/**
 * Asks the registry of a domain when its registration ends (RFC 9082, 3.1.3; RFC 9083, 4.5). A registry that cannot be asked or
 * says that there is no such domain throws a Refusal: it may answer in a moment.
 */
export async function askRegistry(
  domain: string,
  registries: Registries,
  signal: AbortSignal,
): Promise<RegistrationEnd> {
  const base = serverOf(domain, registries);
  if (base === undefined) return { why: "its top-level domain has no registry that can be asked" };
  const address = `${base.replace(/\/*$/, "")}/domain/${encodeURIComponent(domain)}`;
  if (!URL.canParse(address)) throw new Refusal("the list of registries cannot be read");
  const { status, json } = await fetchJson(address, "the registry", signal);
  if (status === 404) throw new Refusal("the registry knows no such domain");
  if (status !== 200) throw new Refusal(`the registry answered ${status}`);
  const { objectClassName, ldhName, events } = (json ?? {}) as Readonly<Record<string, unknown>>;
  if (objectClassName !== "domain") throw new Refusal("the registry answered something that is not about a domain");
  if (typeof ldhName === "string" && ldhName.toLowerCase().replace(/\.$/, "") !== domain)
    throw new Refusal("the registry answered about another domain");
  const ends = (Array.isArray(events) ? events : []).flatMap((event: unknown) => {
    const { eventAction, eventDate } = (event ?? {}) as Readonly<Record<string, unknown>>;
    const at = eventAction === "expiration" && typeof eventDate === "string" ? Date.parse(eventDate) : Number.NaN;
    return Number.isNaN(at) ? [] : [at];
  });
  // Several would contradict each other: the first of them is the safe one.
  return ends.length === 0
    ? { why: "the registry does not say until when it is registered" }
    : { endsAt: Math.min(...ends) };
}

/** By the longest suffix of whole labels, as RFC 9224 wants it. */
function serverOf(domain: string, registries: Registries): string | undefined {
  const labels = domain.split(".");
  for (let from = 1; from < labels.length; from++) {
    const found = registries.get(labels.slice(from).join("."));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * GETs JSON with bounds on its size and its redirects, none of which may leave TLS, on a connection of its own. `whose` names the
 * one asked in the words of a failure.
 */
async function fetchJson(
  address: string,
  whose: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const agent = new Agent({ pipelining: 0 });
  try {
    let url = new URL(address);
    for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
      const { statusCode, headers, body } = await request(url, { headers: HEADERS, dispatcher: agent, signal });
      const text = await readWhole(body, whose);
      const location = headers["location"];
      if (![301, 302, 303, 307, 308].includes(statusCode) || typeof location !== "string")
        return { status: statusCode, json: statusCode === 200 ? parse(text, whose) : null };
      const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
      if (next === null || !(next.protocol === "https:" || next.protocol === url.protocol))
        throw new Refusal(`${whose} answered with a redirect that is not followed`);
      url = next;
    }
    throw new Refusal(`${whose} answered with more than ${REDIRECTS_MAX} redirects`);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`${whose} cannot be asked: ${failureWords(error)}`);
  } finally {
    await agent.destroy().catch(() => undefined);
  }
}

const HEADERS = { accept: "application/rdap+json, application/json;q=0.9", "user-agent": "fairlead-health" };

async function readWhole(body: AsyncIterable<Uint8Array>, whose: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop destroys the stream.
    if (bytes > BYTES_MAX) throw new Refusal(`${whose} answered more than is read`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string, whose: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(`${whose} answered something that is not JSON`);
  }
}
