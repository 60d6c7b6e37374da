import type { Message } from "./messages.ts";

/** What a template may name. */
const NAMES = [
  "event",
  "text",
  "title",
  "service",
  "name",
  "environment",
  "incident",
  "says",
  "at",
  "key",
  "url",
] as const;

export type WebhookValues = Readonly<Record<(typeof NAMES)[number], string | null>>;

/** What is sent where no template says otherwise, and what a template's names stand for. */
export function valuesOf({ key, notice }: Message): WebhookValues {
  const { event, title, service, name, environment, incident, says, at, url } = notice;
  return {
    event,
    text: `${title}. ${says}`,
    title,
    service,
    name,
    environment,
    incident: incident ?? null,
    says,
    at: new Date(at).toISOString(),
    key,
    url: url ?? null,
  };
}

/** Why a template cannot be filled in, in words; null where it can. */
export function templateProblem(template: string): string | null {
  const names = [...template.matchAll(PLACE)].map(([, name = ""]) => name);
  const unknown = names.find((name) => !isName(name));
  if (unknown !== undefined) return `there is no \`${unknown.slice(0, 40)}\`; the names are ${NAMES.join(", ")}`;
  if (template.replaceAll(PLACE, "").includes("{{")) return "it may hold text and `{{json NAME}}`, nothing else";
  const sample = Object.fromEntries(NAMES.map((name) => [name, 'a "text"'])) as WebhookValues;
  try {
    JSON.parse(fillTemplate(template, sample));
    return null;
  } catch {
    return "with its values it is no JSON; `{{json NAME}}` brings its own quotes";
  }
}

/** The JSON that a template gives with these values; it has to be one in which `templateProblem` finds nothing. */
export function fillTemplate(template: string, values: WebhookValues): string {
  return template.replaceAll(PLACE, (_, name: string) => JSON.stringify(isName(name) ? values[name] : null));
}

/**
 * Written as in Handlebars, which cannot read it: `}}}` at the end of a JSON object is a mark of its own there. What is put in is
 * always one JSON value, so that no text can end the one that it stands in.
 */
const PLACE = /\{\{ *json +([a-z_.]{1,60}) *\}\}/g;

function isName(name: string): name is keyof WebhookValues {
  return (NAMES as readonly string[]).includes(name);
}
