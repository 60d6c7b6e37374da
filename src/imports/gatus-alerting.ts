import { secretName } from "./address.ts";
import type { Session } from "./session.ts";
import { lineOf, type SourceValue, textOf } from "./source-value.ts";

/** Ways of telling people that Fairlead has as well; the others are named and left out. */
export function putNotifications(session: Session, alerting: SourceValue, config: SourceValue): void {
  const { report, project, secrets } = session;
  const notifications: Record<string, unknown>[] = [];
  const events = sendsResolved(config) ? ["down", "recovered"] : ["down"];
  for (const [provider, field] of alerting.fields()) {
    const fields = field.fields();
    const what = `alerting.${provider.slice(0, 40)}`;
    const to = `fairlead.yaml: notifications[${notifications.length}]`;
    const addressKey =
      provider === "slack" ? "webhook-url" : provider === "custom" ? "url" : provider === "email" ? "to" : null;
    // What is left out may hold credentials all the same: they are known from here on.
    for (const [key, one] of fields) {
      const text = textOf(one.value, 8_192);
      if (
        text !== null &&
        text.length > 5 &&
        (/url|token|key|password|secret/i.test(key) || secrets.isSensitive(key, text)) &&
        secrets.namesIn(text).length === 0
      )
        secrets.remember(text);
    }
    if (addressKey === null) {
      report.leftOut(what, field.place, "people are told by webhook, Slack or email; many services take a webhook");
      continue;
    }
    const address = lineOf(fields.get(addressKey)?.value, 2_000);
    if (address === null) {
      report.leftOut(what, field.place, `it has no \`${addressKey}\` that is a text`);
      continue;
    }
    if (provider === "email") notifications.push(...emails(session, { address, field, to, what, events }));
    else {
      const name = provider === "slack" ? "SLACK_WEBHOOK_URL" : "ALERT_WEBHOOK_URL";
      const kept = secrets.keep(address, { key: "webhook", name: secretName(name), always: true });
      notifications.push({ type: provider === "slack" ? "slack" : "webhook", to: kept.value, events });
      if (kept.why === null) report.carried(`${what}.${addressKey}`, field.place, to);
      else report.changed(`${what}.${addressKey}`, field.place, to, kept.why);
    }
    for (const [key, one] of fields)
      if (key !== addressKey && key !== "default-alert" && !(provider === "email" && key === "from"))
        report.leftOut(
          `${what}.${key}`,
          one.place,
          key === "overrides"
            ? "add a notification of its own for each group"
            : provider === "email"
              ? "it is part of the server's address, which is a secret"
              : "what is sent is Fairlead's own JSON, unless the notification has a template",
        );
  }
  if (notifications.length > 0) project.notifications = [...(project.notifications ?? []), ...notifications];
}

/** One for each address. The server with its password is a secret as a whole. */
function emails(
  { report, secrets }: Session,
  { address, field, to, what, events }: Telling,
): readonly Record<string, unknown>[] {
  const from = lineOf(field.fields().get("from")?.value, 320) ?? "";
  const people =
    secrets.namesIn(address).length > 0
      ? [secrets.keep(address, { key: "to", name: "ALERT_EMAIL" }).value]
      : address
          .split(",")
          .map((one) => one.trim())
          .filter((one) => /^[^\s@<>]+@[^\s@<>]+$/.test(one));
  if (people.length === 0 || !/^[^\s<>]+@[^\s<>]+$/.test(from)) {
    report.leftOut(what, field.place, "a notification by email has an address to send to, and one that it is from");
    return [];
  }
  report.changed(
    `${what}.to`,
    field.place,
    to,
    "a notification each; put the mail server's address, with user and password, into the secret `SMTP_URL`, such as smtps://user:password@mail.example.com",
  );
  return people.map((person) => ({ type: "email", to: person, from, server: { secret: "SMTP_URL" }, events }));
}

interface Telling {
  readonly address: string;
  readonly field: SourceValue;
  readonly to: string;
  readonly what: string;
  readonly events: readonly string[];
}

/** `send-on-resolved`, which Gatus says of every alert, and of a provider's usual one. */
function sendsResolved(config: SourceValue): boolean {
  const isSet = (alert: SourceValue | undefined): boolean => alert?.fields().get("send-on-resolved")?.value === true;
  const usual = [...(config.fields().get("alerting")?.fields().values() ?? [])].some((provider) =>
    isSet(provider.fields().get("default-alert")),
  );
  return (
    usual ||
    (config.fields().get("endpoints")?.items() ?? []).some((endpoint) =>
      (endpoint.fields().get("alerts")?.items() ?? []).some(isSet),
    )
  );
}
