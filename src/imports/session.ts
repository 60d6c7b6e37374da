import type { Period } from "../model/health.ts";
import { type Ids, newIds } from "./ids.ts";
import type { Imported, ImportInput, ProjectKeys } from "./imported.ts";
import { type Incidents, newIncidents } from "./incident-draft.ts";
import { newReport, type Report } from "./report.ts";
import { newSecrets, type Placeholders, type Secrets } from "./secrets.ts";
import { newService, type ServiceDraft } from "./service-draft.ts";
import { lineOf, type SourceValue } from "./source-value.ts";

/** One import on its way: what has been made so far. */
export interface Session {
  readonly input: ImportInput;
  readonly report: Report;
  readonly secrets: Secrets;
  readonly incidents: Incidents;
  readonly ids: Ids;
  readonly services: ServiceDraft[];
  /** Comments of what concerns no single service. */
  readonly remarks: string[];
  /** Keys for fairlead.yaml. */
  readonly project: { -readonly [Key in keyof ProjectKeys]: ProjectKeys[Key] };
}

/** More than anybody watches; what comes after is reported as one. */
export const SERVICES_MAX = 5_000;

export function newSession(input: ImportInput, placeholders: Placeholders): Session {
  const report = newReport();
  const secrets = newSecrets(input, placeholders);
  return {
    input,
    report,
    secrets,
    incidents: newIncidents(report, secrets),
    ids: newIds(),
    services: [],
    remarks: [],
    project: {},
  };
}

/** Everything as text. Only now is known what is a secret. */
export function finished(
  { services, incidents, project, remarks, report, secrets }: Session,
  days: readonly Period[] = [],
): Imported {
  const { cover } = secrets;
  return {
    services: services.map((service) => service.render(secrets)).sort((a, b) => (a.path < b.path ? -1 : 1)),
    incidents: incidents.files(),
    project: covered(project, cover) as ProjectKeys,
    remarks: cover(
      remarks
        .map((one) => secrets.comment(one))
        .filter((one) => one.trim() !== "")
        .join("\n"),
    ),
    days,
    report: report.entries().map((entry) => ({ ...entry, what: cover(entry.what), why: cover(entry.why) })),
  };
}

/** Fills one service file, and says of each key where it came from. */
export interface Filling {
  readonly service: ServiceDraft;
  /** Its name, as the report has it. */
  readonly title: string;
  carried(keys: string, value: unknown, what: string, field: SourceValue): void;
  changed(keys: string, value: unknown, what: string, field: SourceValue, why: string): void;
  leftOut(what: string, field: Pick<SourceValue, "place">, why: string): void;
}

/** A new service with its id; `names` are what the id is made of, the best first. */
export function beginService(
  session: Session,
  {
    name,
    names,
    group = null,
    from,
  }: {
    readonly name: string;
    readonly names: readonly string[];
    readonly group?: string | null;
    readonly from: SourceValue;
  },
): Filling {
  const { report } = session;
  const { id, why } = session.ids.take(names, group);
  const title = lineOf(name, 120) ?? id;
  const service = newService(id, title);
  session.services.push(service);
  service.headed(from.before);
  if (why === null) report.carried(`service \`${title}\``, from.place, service.path);
  else report.changed(`service \`${title}\``, from.place, service.path, `its id is \`${id}\`: ${why}`);
  const to = (keys: string): string => `${service.path}: ${keys}`;
  return {
    service,
    title,
    carried(keys, value, what, field) {
      service.set(keys.split("."), value, field);
      report.carried(`${title}: ${what}`, field.place, to(keys));
    },
    changed(keys, value, what, field, why) {
      service.set(keys.split("."), value, field);
      report.changed(`${title}: ${what}`, field.place, to(keys), why);
    },
    leftOut: (what, field, why) => report.leftOut(`${title}: ${what}`, field.place, why),
  };
}

function covered(value: unknown, cover: (text: string) => string): unknown {
  if (typeof value === "string") return cover(value);
  if (Array.isArray(value)) return value.map((one) => covered(one, cover));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, covered(one, cover)]));
}

/** Keeps the comments of a mapping's own keys: those of a list's items go with the items. */
export function keepRemarks({ remarks }: Session, from: SourceValue): void {
  for (const field of from.fields().values()) remarks.push(field.before, field.after);
}
