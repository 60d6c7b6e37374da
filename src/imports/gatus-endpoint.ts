import { formatDuration } from "../model/duration.ts";
import { headersMax, putAddress, putBody, putConditions, putHeader, putMethod } from "./asking.ts";
import { gatusMaintenance } from "./gatus-maintenance.ts";
import { durationOf } from "./go-duration.ts";
import { beginService, type Filling, type Session } from "./session.ts";
import { eachField, kindOf, lineOf, type SourceValue, textOf } from "./source-value.ts";

/** What Gatus does where a file says nothing: written out, since Fairlead's own defaults are others. */
const USUAL_INTERVAL = "1m";
const USUAL_TIMEOUT = "10s";

/** Schemes that both ask by, with the kind that one suggests. https://github.com/TwiN/gatus#monitoring-a-tcp-endpoint and below */
const SCHEMES: ReadonlyMap<string, { readonly kind?: string }> = new Map([
  ["http", {}],
  ["https", {}],
  ["ws", { kind: "websocket" }],
  ["wss", { kind: "websocket" }],
  ["tcp", {}],
  ["tls", {}],
  ["starttls", {}],
  ["grpc", {}],
  ["grpcs", {}],
]);

const NOT_ASKED: ReadonlyMap<string, string> = new Map([
  ["icmp", "a ping needs rights that a runner does not have; ask a port of it instead: tcp://host:port"],
  ["ssh", "nobody is logged in for a check; ask its port instead: tcp://host:22"],
  ["udp", "UDP says nothing of whether somebody is there"],
  ["sctp", "SCTP is not asked"],
]);

/** One endpoint of Gatus as a service that is watched. */
export function gatusEndpoint(session: Session, endpoint: SourceValue, alerting: SourceValue | undefined): void {
  const { report } = session;
  const fields = endpoint.fields();
  const name = lineOf(fields.get("name")?.value, 120);
  const group = lineOf(fields.get("group")?.value, 120);
  const urlField = fields.get("url");
  const url = typeof urlField?.value === "string" ? textOf(urlField.value, 2_000) : null;
  const label = `endpoint \`${name ?? "without a name"}\``;
  if (name === null || urlField === undefined || url === null) {
    report.leftOut(label, endpoint.place, "an endpoint is a mapping with `name` and `url`");
    return;
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase() ?? "";
  const reason = NOT_ASKED.get(scheme) ?? (fields.has("ssh") ? NOT_ASKED.get("ssh") : undefined);
  if (reason !== undefined) {
    report.leftOut(label, endpoint.place, reason);
    return;
  }
  const filling = beginService(session, { name, names: [name, hostOf(url)], group, from: endpoint });
  const { service } = filling;
  const http =
    scheme === "http" ||
    scheme === "https" ||
    (scheme === "" && session.secrets.namesIn(url).length > 0 && !fields.has("dns"));
  putUrl(session, filling, { url, scheme, field: urlField, dns: fields.has("dns") });

  const graphql = fields.get("graphql")?.value === true;
  const onlyHttp = (key: string, put: (field: SourceValue) => void) => (field: SourceValue) => {
    if (http) put(field);
    else filling.leftOut(key, field, "it belongs to HTTP, and this is asked otherwise");
  };
  const duration = (key: string, what: string) => (field: SourceValue) => {
    const value = durationOf(field.value);
    if (value === null || value === 0) filling.leftOut(what, field, "it is no duration such as 30s");
    else filling.carried(`health.${key}`, formatDuration(value), what, field);
  };
  eachField(
    endpoint,
    {
      url: () => undefined,
      name: (field) => service.set(["name"], name, field),
      group(field) {
        if (group !== null) filling.carried("project", group, "group", field);
      },
      enabled(field) {
        if (field.value === false)
          filling.changed("status", "inactive", "enabled", field, "what is not watched stays on record");
      },
      method: onlyHttp("method", (field) => putMethod(filling, field)),
      graphql: onlyHttp("graphql", (field) => {
        if (!graphql) filling.leftOut("graphql", field, "it says nothing that is not so anyway");
        else {
          service.set(["kind"], "graphql");
          report.carried(`${name}: graphql`, field.place, `${service.path}: health.graphql`);
        }
      }),
      body(field) {
        if (http) putBody(session, filling, field, graphql ? "graphql" : "body");
        else if (scheme === "ws" || scheme === "wss" || scheme === "tcp") putBody(session, filling, field, "send");
        else filling.leftOut("body", field, "nothing is sent that way");
      },
      headers: onlyHttp("headers", (field) => {
        if (field.fields().size === 0)
          filling.leftOut("headers", field, `it is ${kindOf(field.value)}, where a mapping was expected`);
        let index = 0;
        for (const [key, header] of field.fields()) {
          if (headersMax(index++)) filling.leftOut("further headers", header, "there are too many");
          else putHeader(session, filling, key, header);
        }
        service.noted(["health", "headers"], field);
      }),
      interval: duration("interval", "interval"),
      conditions(field) {
        if (!Array.isArray(field.value))
          filling.leftOut("conditions", field, `it is ${kindOf(field.value)}, where a list was expected`);
        const conditions = field.items().flatMap((item) => {
          const text = textOf(item.value, 1_000);
          if (text !== null) return [{ text, what: `condition \`${text}\``, field: item }];
          filling.leftOut("condition", item, `it is ${kindOf(item.value)}, where a text was expected`);
          return [];
        });
        putConditions(session, filling, conditions);
      },
      dns: (field) => putDns(filling, field),
      client: (field) => putClient(session, filling, field, http),
      alerts: (field) => putThresholds(filling, field, alerting),
      "maintenance-windows"(field) {
        for (const window of field.items())
          gatusMaintenance(session, window, [service.id], `${name}: maintenance-windows`);
      },
      ui(field) {
        eachField(field, {}, (key, one) =>
          filling.leftOut(`ui.${key}`, one, "pages show no addresses, and what conditions met"),
        );
      },
    },
    (key, field) => filling.leftOut(key, field, "Fairlead has nothing like it"),
  );
  if (!service.has(["health", "interval"])) service.set(["health", "interval"], USUAL_INTERVAL);
  if (!service.has(["health", "timeout"])) service.set(["health", "timeout"], USUAL_TIMEOUT);
  if (http && !service.has(["health", "follow_redirects"])) service.set(["health", "follow_redirects"], true);
}

function putUrl(
  session: Session,
  filling: Filling,
  {
    url,
    scheme,
    field,
    dns,
  }: { readonly url: string; readonly scheme: string; readonly field: SourceValue; readonly dns: boolean },
): void {
  if (dns) {
    const server = url.replace(/^dns:\/\//i, "").trim();
    if (/^[A-Za-z0-9.:[\]-]+$/.test(server))
      filling.changed("health.endpoint", `dns://${server}`, "url", field, "an address says its scheme");
    else filling.leftOut("url", field, "it is no name server; add `health.endpoint` by hand");
    return;
  }
  const known = SCHEMES.get(scheme);
  if (known === undefined && session.secrets.namesIn(url).length === 0) {
    filling.leftOut("url", field, `it begins with no scheme that Fairlead asks by; add \`health.endpoint\` by hand`);
    return;
  }
  if (known?.kind !== undefined) filling.service.set(["kind"], known.kind);
  putAddress(session, filling, url, field);
}

const RECORD_TYPES = new Set(["A", "AAAA", "CAA", "CNAME", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "TXT"]);

function putDns(filling: Filling, dns: SourceValue): void {
  eachField(
    dns,
    {
      "query-name"(field) {
        const name = lineOf(field.value, 253);
        if (name === null || /\s/.test(name)) filling.leftOut("dns.query-name", field, "it is no name");
        else filling.carried("health.dns.name", name.replace(/(?<=.)\.$/, ""), "dns.query-name", field);
      },
      "query-type"(field) {
        const type = textOf(field.value, 20)?.toUpperCase() ?? "";
        if (RECORD_TYPES.has(type)) filling.carried("health.dns.type", type, "dns.query-type", field);
        else filling.leftOut("dns.query-type", field, "records of that type are not asked for");
      },
    },
    (key, field) => filling.leftOut(`dns.${key}`, field, "Fairlead has nothing like it"),
  );
}

function putClient({ secrets }: Session, filling: Filling, client: SourceValue, http: boolean): void {
  eachField(
    client,
    {
      timeout(field) {
        const value = durationOf(field.value);
        if (value === null || value === 0) filling.leftOut("client.timeout", field, "it is no duration such as 30s");
        else filling.carried("health.timeout", formatDuration(value), "client.timeout", field);
      },
      "ignore-redirect"(field) {
        if (!http || typeof field.value !== "boolean")
          filling.leftOut("client.ignore-redirect", field, "it belongs to HTTP");
        else filling.carried("health.follow_redirects", !field.value, "client.ignore-redirect", field);
      },
      network(field) {
        const version = /^(?:ip|tcp)([46])$/.exec(textOf(field.value, 10) ?? "")?.[1];
        if (version === undefined) filling.leftOut("client.network", field, "it says nothing that is not so anyway");
        else filling.carried("health.ip_version", Number(version), "client.network", field);
      },
      oauth2(field) {
        for (const [key, one] of field.fields()) if (/secret/.test(key)) secrets.remember(textOf(one.value) ?? "");
        filling.leftOut("client.oauth2", field, "no token is fetched before asking; put one into a header as a secret");
      },
    },
    (key, field) =>
      filling.leftOut(
        `client.${key}`,
        field,
        key === "insecure"
          ? "certificates are always verified"
          : "a service is asked directly, in the runner's own way",
      ),
  );
}

/** How often in a row it must fail or pass: Gatus says it of alerts, which may differ, Fairlead of the service. */
function putThresholds(filling: Filling, alerts: SourceValue, alerting: SourceValue | undefined): void {
  const { service } = filling;
  const thresholds = { "failure-threshold": "failure_threshold", "success-threshold": "success_threshold" } as const;
  for (const alert of alerts.items()) {
    const type = lineOf(alert.fields().get("type")?.value, 40) ?? "without a type";
    const usual = alerting?.fields().get(type)?.fields().get("default-alert")?.fields();
    for (const [key, to] of Object.entries(thresholds)) {
      const field = alert.fields().get(key) ?? usual?.get(key);
      if (field === undefined) continue;
      const count = field.value;
      const what = `alerts: ${type}: ${key}`;
      if (typeof count !== "number" || !Number.isInteger(count) || count < 1)
        filling.leftOut(what, field, "it is no whole number from 1");
      else if (service.has(["health", to]))
        filling.leftOut(what, field, "a service has one threshold: the first alert's");
      else filling.carried(`health.${to}`, count, what, field);
    }
    for (const [key, field] of alert.fields()) {
      if (key === "type" || Object.hasOwn(thresholds, key)) continue;
      filling.leftOut(
        `alerts: ${type}: ${key}`,
        field,
        key === "enabled"
          ? "`notifications` of fairlead.yaml names the services that it is about"
          : "`notifications` of fairlead.yaml says how people are told",
      );
    }
  }
}

function hostOf(url: string): string {
  return /^(?:[a-z0-9+.-]+:\/\/)?(?:[^/@]*@)?([A-Za-z0-9.-]+)/i.exec(url)?.[1] ?? "";
}
