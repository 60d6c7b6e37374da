import type { Imported, ImportInput } from "./imported.ts";
import { readYaml } from "./read-yaml.ts";
import { finished, keepRemarks, newSession, SERVICES_MAX, type Session } from "./session.ts";
import { linksOf, urlOf } from "./site-keys.ts";
import { eachField, kindOf, lineOf, type SourceValue, textOf } from "./source-value.ts";
import { upptimeDays } from "./upptime-history.ts";
import { upptimeIssues } from "./upptime-issues.ts";
import { upptimeSite } from "./upptime-site.ts";

const CONFIG = ".upptimerc.yml";
export const wantsUpptime = (path: string): boolean =>
  path === CONFIG || /^history\/[^/]+\.ya?ml$/.test(path) || path === "history/summary.json" || path === "issues.json";

/**
 * A repository of Upptime (https://upptime.js.org/docs/configuration): sites, what its website says of itself, minutes down by day,
 * and issues where somebody has exported them.
 */
export function upptime(input: ImportInput): Imported {
  const session = newSession(input, "dollar");
  const { report } = session;
  /** Slugs and names in small letters, as labels and the summary have them. */
  const ids = new Map<string, string>();
  const text = input.files.get(CONFIG);
  const config = text === undefined ? "it is not there" : readYaml(CONFIG, text);
  if (typeof config === "string") report.leftOut(CONFIG, CONFIG, `${config}; sites are declared in it`);
  else readConfig(session, config, ids);
  const days = upptimeDays(session, ids);
  upptimeIssues(session, ids);
  return finished(session, days);
}

function readConfig(session: Session, config: SourceValue, ids: Map<string, string>): void {
  keepRemarks(session, config);
  const { report } = session;
  const interval = intervalOf(session, config);
  eachField(
    config,
    {
      sites(field) {
        if (!Array.isArray(field.value))
          report.leftOut("sites", field.place, `it is ${kindOf(field.value)}, where a list was expected`);
        const sites = field.items();
        for (const site of sites.slice(0, SERVICES_MAX)) upptimeSite(session, site, interval, ids);
        if (sites.length > SERVICES_MAX)
          report.leftOut("further sites", field.place, `there are more than ${SERVICES_MAX}`);
      },
      "status-website": (field) => readWebsite(session, field),
      workflowSchedule: () => undefined,
      notifications(field) {
        for (const one of field.items()) {
          const type = lineOf(one.fields().get("type")?.value, 40) ?? "without a type";
          report.leftOut(
            `notifications: ${type}`,
            one.place,
            "its address is in GitHub's secrets, not in this folder; add `notifications` to fairlead.yaml by hand",
          );
        }
      },
    },
    (key, field) => report.leftOut(key, field.place, ELSEWHERE.get(key) ?? "Fairlead has nothing like it"),
  );
}

const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["owner", "Fairlead takes the repository that it is in"],
  ["repo", "Fairlead takes the repository that it is in"],
  ["assignees", "issues of incidents are assigned to nobody"],
  ["user-agent", "Fairlead names itself"],
  ["PAT", "the workflows do with the token that GitHub gives them"],
  ["runner", "the workflows of `fairlead init` say where they run"],
  ["commitMessages", "history is kept outside the branches, so there are no commits to name"],
]);

/** The cron line of the uptime workflow; every five minutes where there is none, as Upptime does. */
function intervalOf({ report }: Session, config: SourceValue): string {
  const schedule = config.fields().get("workflowSchedule");
  let interval = "5m";
  if (schedule === undefined) return interval;
  eachField(
    schedule,
    {
      uptime(field) {
        const [, minutes] = /^\*(?:\/(\d{1,2}))? \* \* \* \*$/.exec(textOf(field.value) ?? "") ?? [null, null];
        const every = minutes === null ? null : Number(minutes ?? 1);
        if (every !== null && every > 0) {
          interval = `${every}m`;
          report.carried("workflowSchedule.uptime", field.place, "services/*.yaml: health.interval");
        } else
          report.changed(
            "workflowSchedule.uptime",
            field.place,
            "services/*.yaml: health.interval",
            "it is not `*/N * * * *`, so 5m is taken",
          );
      },
    },
    (key, field) =>
      report.leftOut(
        `workflowSchedule.${key}`,
        field.place,
        "the workflows of `fairlead init` have schedules of their own",
      ),
  );
  return interval;
}

function readWebsite(session: Session, website: SourceValue): void {
  keepRemarks(session, website);
  const { report, project } = session;
  const site: Record<string, unknown> = {};
  const carried = (key: string, field: SourceValue, to: string, value: unknown, why?: string): void => {
    site[to] = value;
    const what = `status-website.${key}`;
    if (why === undefined) report.carried(what, field.place, `fairlead.yaml: site.${to}`);
    else report.changed(what, field.place, `fairlead.yaml: site.${to}`, why);
  };
  const wrong = (key: string, field: SourceValue): void =>
    report.leftOut(
      `status-website.${key}`,
      field.place,
      `it is ${kindOf(field.value)}, or not of a form that fairlead.yaml takes`,
    );
  eachField(
    website,
    {
      name(field) {
        const title = lineOf(field.value, 120);
        if (title === null) wrong("name", field);
        else carried("name", field, "title", title);
      },
      cname(field) {
        const url = urlOf(`https://${textOf(field.value, 253) ?? ""}`);
        if (url === null) wrong("cname", field);
        else
          carried(
            "cname",
            field,
            "url",
            url,
            "the address with its scheme; let the name lead to where you publish now",
          );
      },
      baseUrl(field) {
        const base = `/${(textOf(field.value, 200) ?? "").replace(/^\/+|\/+$/g, "")}/`.replace("//", "/");
        if (!/^\/(?:[^\s?#]+\/)?$/.test(base)) wrong("baseUrl", field);
        else carried("baseUrl", field, "base", base);
      },
      introMessage(field) {
        const text = lineOf(field.value, 300);
        if (text === null) wrong("introMessage", field);
        else carried("introMessage", field, "description", text, "as plain text");
      },
      navbar(field) {
        const links = linksOf(field, "title", "href", report, "status-website.navbar");
        if (links.length > 0) site["links"] = links;
      },
    },
    (key, field) =>
      report.leftOut(
        `status-website.${key}`,
        field.place,
        WEBSITE.get(key) ?? "Fairlead draws the site in its own way",
      ),
  );
  if (Object.keys(site).length > 0) project.site = site;
}

const WEBSITE: ReadonlyMap<string, string> = new Map([
  ["logoUrl", "a logo is a picture in the repository here: put it there and name it as `site.logo`"],
  ["favicon", "the site has its own, in the colour of what it says"],
  ["theme", "the site follows the reader's light or dark"],
]);
