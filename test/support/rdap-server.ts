import type { IncomingMessage, ServerResponse } from "node:http";
import { httpServer, type Probed } from "./probed-servers.ts";

/** A registry of `com` and `co.uk`, and the list of registries that names it. */
export interface Registry extends Probed {
  readonly bootstrapUrl: string;
  /** The paths that were asked for, in order. */
  readonly asked: string[];
  /** The date that it gives of every domain; null: none. */
  until: string | null;
  /** Answers about domains instead of it, where a test sets it. */
  about: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  /** Answers for the list of registries, where a test sets it. */
  list: ((request: IncomingMessage, response: ServerResponse) => void) | null;
}

/** A real RDAP server on loopback (RFC 9082, 9083, 9224). The caller closes it. */
export async function rdapServer(until: string | null): Promise<Registry> {
  const asked: string[] = [];
  const state: Pick<Registry, "until" | "about" | "list"> = { until, about: null, list: null };
  const server = await httpServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const base = `http://127.0.0.1:${server.port}/rdap/`;
    if (path === "/dns.json") {
      if (state.list !== null) return state.list(request, response);
      const services = [
        [["com"], [base]],
        [["co.uk"], [base]],
        [["uk"], ["http://127.0.0.1:1/"]],
      ];
      return void json(response, { version: "1.0", publication: "2026-01-01T00:00:00Z", services });
    }
    if (state.about !== null) return state.about(request, response);
    const name = path.slice("/rdap/domain/".length);
    json(response, aboutDomain(name, state.until));
  });
  return Object.assign(state, { ...server, asked, bootstrapUrl: `http://127.0.0.1:${server.port}/dns.json` });
}

/** What a registry says of a domain, as RFC 9083 has it. */
export function aboutDomain(name: string, until: string | null): Readonly<Record<string, unknown>> {
  return {
    objectClassName: "domain",
    rdapConformance: ["rdap_level_0"],
    ldhName: name.toUpperCase(),
    status: ["active"],
    events: [
      { eventAction: "registration", eventDate: "2001-02-03T04:05:06Z" },
      ...(until === null ? [] : [{ eventAction: "expiration", eventDate: until }]),
    ],
  };
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/rdap+json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
