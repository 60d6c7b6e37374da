import { headersMax, putAddress, putBody, putConditions, putHeader, putMethod } from "./asking.ts";
import { labelOf } from "./ids.ts";
import { beginService, type Filling, type Session } from "./session.ts";
import { eachField, kindOf, lineOf, type SourceValue, textOf } from "./source-value.ts";

/** One of Upptime's `sites` as a service that is watched. */
export function upptimeSite(session: Session, site: SourceValue, interval: string, ids: Map<string, string>): void {
  const fields = site.fields();
  const given = fields.get("url")?.value;
  const url = typeof given === "string" ? textOf(given, 2_000) : null;
  const name = lineOf(fields.get("name")?.value, 120);
  const label = name ?? "a site without a name";
  const urlField = fields.get("url");
  if (urlField === undefined || url === null || (name === null && site.fields().size === 0)) {
    session.report.leftOut(
      `site \`${label}\``,
      site.place,
      `it is ${kindOf(site.value)} without a \`url\` that is a text`,
    );
    return;
  }
  const slug = textOf(fields.get("slug")?.value, 100) ?? "";
  const host = hostOf(url);
  const filling = beginService(session, { name: name ?? host, names: [slug, name ?? "", host], from: site });
  const { service } = filling;
  for (const known of [slug, name ?? "", labelOf(name ?? "")])
    if (known !== "" && !ids.has(known.toLowerCase())) ids.set(known.toLowerCase(), service.id);

  const check = textOf(fields.get("check")?.value) ?? "http";
  const http = address(session, filling, { check, url, urlField, port: textOf(fields.get("port")?.value) });
  const conditions: { text: string; what: string; field: SourceValue; why?: string }[] = [];
  const onlyHttp = (key: string, put: (field: SourceValue) => void) => (field: SourceValue) =>
    http ? put(field) : filling.leftOut(key, field, "it belongs to HTTP, and this is asked otherwise");
  let redirects: SourceValue | null = null;
  eachField(
    site,
    {
      url: () => undefined,
      name: (field) => service.set(["name"], name ?? service.id, field),
      slug: (field) => session.report.carried(`${label}: slug`, field.place, `${service.path}: id`),
      check: () => undefined,
      port: (field) => {
        if (check === "http") filling.leftOut("port", field, "Upptime itself uses it for tcp-ping only");
      },
      method: onlyHttp("method", (field) => putMethod(filling, field)),
      headers: onlyHttp("headers", (field) => putHeaders(session, filling, field)),
      body(field) {
        if (http) putBody(session, filling, field, "body");
        else if (check === "ws") putBody(session, filling, field, "send");
        else filling.leftOut("body", field, "nothing is sent on a bare connection");
      },
      expectedStatusCodes: onlyHttp("expectedStatusCodes", (field) => {
        const codes = field.items().map(({ value }) => textOf(value, 3) ?? "");
        if (codes.length === 0 || codes.length > 100 || codes.some((code) => !/^[1-5]\d\d$/.test(code)))
          return void filling.leftOut("expectedStatusCodes", field, "it is no list of status codes");
        const text = codes.length === 1 ? `[STATUS] == ${codes[0]}` : `[STATUS] == any(${codes.join(", ")})`;
        conditions.unshift({ text, what: "expectedStatusCodes", field });
      }),
      maxResponseTime(field) {
        const limit =
          typeof field.value === "number" || typeof field.value === "string" ? Number(field.value) : Number.NaN;
        if (!Number.isInteger(limit) || limit < 1)
          return void filling.leftOut("maxResponseTime", field, "it is no number of milliseconds");
        conditions.push({ text: `[RESPONSE_TIME] <= ${limit}`, what: "maxResponseTime", field });
      },
      maxRedirects: onlyHttp("maxRedirects", (field) => {
        redirects = field;
        if (field.value === 0) filling.carried("health.follow_redirects", false, "maxRedirects", field);
        else
          filling.changed(
            "health.follow_redirects",
            true,
            "maxRedirects",
            field,
            "how many are followed is Fairlead's own bound",
          );
      }),
      ipv6(field) {
        if (field.value === true) filling.carried("health.ip_version", 6, "ipv6", field);
        else filling.leftOut("ipv6", field, "it says nothing that is not so anyway");
      },
      icon: (field) => filling.leftOut("icon", field, "an icon is a name from Ionicons here, not a picture elsewhere"),
      assignees(field) {
        const people = field.items().flatMap(({ value }) => lineOf(value, 100) ?? []);
        const [first] = people;
        if (first === undefined) filling.leftOut("assignees", field, "it names nobody");
        else if (people.length === 1) filling.carried("owner", first, "assignees", field);
        else filling.changed("owner", first, "assignees", field, "a service has one owner: the first of them");
      },
      __dangerous__body_down: onlyHttp("__dangerous__body_down", (field) =>
        inBody("!=", "__dangerous__body_down", field),
      ),
      __dangerous__body_down_if_text_missing: onlyHttp("__dangerous__body_down_if_text_missing", (field) =>
        inBody("==", "__dangerous__body_down_if_text_missing", field),
      ),
    },
    (key, field) => filling.leftOut(key, field, LEFT_OUT.get(key) ?? "Fairlead has nothing like it"),
  );
  if (http && redirects === null) {
    // Upptime follows redirects and takes what answers below 400; Fairlead follows to the same origin only, and takes 200 to 299.
    service.set(["health", "follow_redirects"], true);
  }
  if (http && !conditions.some(({ text }) => text.startsWith("[STATUS]")) && conditions.length > 0)
    conditions.unshift({
      text: "[STATUS] < 400",
      what: "status codes",
      field: { ...site, place: site.place, before: "", after: "" },
      why: "Upptime takes these where no other are expected; beside other conditions Fairlead looks at none by itself",
    });
  putConditions(session, filling, conditions);
  service.set(["health", "interval"], interval);

  function inBody(operator: "==" | "!=", what: string, field: SourceValue): void {
    const text = textOf(field.value, 1_000);
    if (text === null || text === "" || /[*\n()]/.test(text))
      return void filling.leftOut(what, field, "its text cannot be written as a condition on [BODY]");
    conditions.push({ text: `[BODY] ${operator} pat(*${text}*)`, what, field });
  }
}

const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ["__dangerous__insecure", "certificates are always verified"],
  ["__dangerous__disable_verify_peer", "certificates are always verified"],
  ["__dangerous__disable_verify_host", "certificates are always verified"],
  ["__dangerous__body_degraded", "what a body says makes a service fail, or passes"],
  ["__dangerous__body_degraded_if_text_missing", "what a body says makes a service fail, or passes"],
]);

/** Puts the address by the kind of check; true where it is asked over HTTP. */
function address(
  session: Session,
  filling: Filling,
  {
    check,
    url,
    urlField,
    port,
  }: { readonly check: string; readonly url: string; readonly urlField: SourceValue; readonly port: string | null },
): boolean {
  if (check === "http") {
    if (session.secrets.namesIn(url).length === 0 && !/^https?:\/\//i.test(url)) {
      filling.leftOut("url", urlField, "it is no http or https address; add `health.endpoint` by hand");
      return false;
    }
    putAddress(session, filling, url, urlField);
    return true;
  }
  if (check === "ws") {
    filling.service.set(["kind"], "websocket");
    putAddress(session, filling, url.replace(/^http(s?):\/\//i, "ws$1://"), urlField);
    return false;
  }
  const scheme = check === "tcp-ping" ? "tcp" : check === "ssl" ? "tls" : null;
  const host = hostOf(url);
  const number =
    port ?? /:(\d{1,5})(?:[/?#]|$)/.exec(url.replace(/^[a-z]+:\/\//i, ""))?.[1] ?? (scheme === "tls" ? "443" : null);
  if (scheme === null || host === "" || number === null || !/^\d{1,5}$/.test(number) || Number(number) > 65_535)
    filling.leftOut(
      "url",
      urlField,
      scheme === null
        ? `the check \`${check.slice(0, 40)}\` is not known`
        : "host and port make no address; add `health.endpoint` by hand",
    );
  else
    putAddress(
      session,
      filling,
      `${scheme}://${host}:${number}`,
      urlField,
      `an address says how it is asked: it was the check \`${check}\``,
    );
  return false;
}

function putHeaders(session: Session, filling: Filling, field: SourceValue): void {
  const items = field.items();
  if (items.length === 0)
    return void filling.leftOut(
      "headers",
      field,
      `it is ${kindOf(field.value)}, where a list of \`Name: value\` was expected`,
    );
  for (const [index, item] of items.entries()) {
    const text = textOf(item.value, 8_192);
    const colon = text?.indexOf(":") ?? -1;
    if (text === null || colon < 1 || headersMax(index)) filling.leftOut("headers", item, "it is not `Name: value`");
    else
      putHeader(session, filling, text.slice(0, colon).trim(), {
        ...located(item),
        value: text.slice(colon + 1).trim(),
      });
  }
  filling.service.noted(["health", "headers"], field);
}

function located({ place, before, after, fields, items }: SourceValue): Omit<SourceValue, "value"> {
  return { place, before, after, fields, items };
}

function hostOf(url: string): string {
  const rest = url
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .replace(/^[^/]*@/, "");
  const [host = ""] = /^(?:\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+)/i.exec(rest) ?? [];
  return host;
}
