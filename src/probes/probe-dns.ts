import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { hostOf, ofOtherFamily } from "./open-socket.ts";
import { type Answered, type Asking, type Question, Refusal } from "./probe-kind.ts";

/**
 * Asks a DNS server for a name: `dns://192.0.2.53:5353/example.com?type=A` (RFC 4501), or the system's servers where the
 * address names none. The values found are the body: one as it stands, several as a JSON list.
 */
export async function askDns(question: Question, asking: Asking): Promise<Answered> {
  const { url, dns } = question;
  const name = dns.name ?? decodeURIComponent(url.pathname.replace(/^\//, ""));
  if (name === "") throw new Refusal("no name to look up is given");
  const type = (dns.type ?? parameter(url, "type") ?? "A").toUpperCase();
  const resolver = new Resolver({ timeout: Math.max(1, asking.timeoutMs), tries: 1 });
  asking.closing(() => resolver.cancel());
  if (url.hostname !== "") resolver.setServers([await serverOf(question, asking)]);
  let values: readonly string[];
  try {
    values = (await resolver.resolve(name, type as "A")).map(textOf).sort();
    asking.met.dnsRcode = "NOERROR";
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code ?? "");
    const rcode = Object.hasOwn(RCODES, code) ? RCODES[code] : undefined;
    if (rcode === undefined) throw new Refusal(WORDS[code] ?? "the name server cannot be asked");
    asking.met.connected = true;
    asking.met.dnsRcode = rcode;
    asking.met.body = "";
    return { rejected: rcode === "NOERROR" ? `has no ${type} record of the name` : `answered ${rcode}` };
  }
  asking.met.connected = true;
  asking.met.body = values.length === 1 ? (values[0] ?? "") : JSON.stringify(values);
  if (dns.value !== undefined && !values.includes(dns.value))
    throw new Refusal("answered another value than the one expected");
  return {};
}

/** c-ares' words for what a server answered; `ENODATA` is a name without such a record. */
const RCODES: Readonly<Record<string, string>> = {
  ENODATA: "NOERROR",
  EFORMERR: "FORMERR",
  ESERVFAIL: "SERVFAIL",
  ENOTFOUND: "NXDOMAIN",
  ENOTIMP: "NOTIMP",
  EREFUSED: "REFUSED",
};

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ETIMEOUT: "no answer in time",
  EBADRESP: "answered something that is not DNS",
  EBADNAME: "the name to look up is none",
};

function parameter(url: URL, name: string): string | undefined {
  for (const pair of url.search.slice(1).split(/[;&]/)) {
    const [key, value] = pair.split("=");
    if (key?.toLowerCase() === name && value) return value;
  }
  return undefined;
}

/** Resolvers take addresses only, so a server's name is looked up first. */
async function serverOf(question: Question, asking: Asking): Promise<string> {
  const host = hostOf(question);
  const other = ofOtherFamily(host, question);
  if (other !== null) throw other;
  const address = isIP(host) === 0 ? (await lookup(host, { family: question.ipVersion ?? 0 })).address : host;
  asking.met.ip = address;
  return `${address.includes(":") ? `[${address}]` : address}:${question.url.port || "53"}`;
}

/** One record as text: an address as it is, an MX by its exchange, a TXT joined, anything else as JSON. */
function textOf(record: unknown): string {
  if (typeof record === "string") return record;
  if (Array.isArray(record)) return record.join("");
  const { exchange, name, value } = record as { exchange?: unknown; name?: unknown; value?: unknown };
  return String(exchange ?? name ?? value ?? JSON.stringify(record));
}
