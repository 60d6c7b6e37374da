import { putAddress } from "./asking.ts";
import { cstateIssue } from "./cstate-issue.ts";
import type { Imported, ImportInput } from "./imported.ts";
import { readYaml } from "./read-yaml.ts";
import { beginService, finished, keepRemarks, newSession, SERVICES_MAX, type Session } from "./session.ts";
import { urlOf } from "./site-keys.ts";
import { eachField, kindOf, lineOf, type SourceValue, textOf } from "./source-value.ts";
import { isZone } from "./time-zone.ts";

const CONFIGS = ["config.yml", "config.yaml", "hugo.yaml", "hugo.yml"];
const TOML = ["config.toml", "hugo.toml"];
export const wantsCstate = (path: string): boolean =>
  CONFIGS.includes(path) ||
  TOML.includes(path) ||
  /^content\/issues\/(?:[^/]+\/){0,3}[^/]+\.(?:md|markdown)$/.test(path);

/**
 * A site of cState (https://github.com/cstate/cstate/wiki): systems and categories of Hugo's configuration, and the issues that
 * people wrote. cState asks nothing, so a system's link is all there is to ask.
 */
export function cstate(input: ImportInput): Imported {
  const session = newSession(input, "none");
  const { report } = session;
  const ids = new Map<string, string>();
  const path = CONFIGS.find((one) => input.files.has(one));
  const toml = TOML.find((one) => input.files.has(one));
  let zone = "UTC";
  if (toml !== undefined)
    report.leftOut(
      toml,
      toml,
      "configuration in TOML is not read: write it as config.yml, such as by `hugo config --format yaml > config.yml`",
    );
  const config =
    path === undefined ? "it is not there; systems are declared in it" : readYaml(path, input.files.get(path) ?? "");
  if (typeof config !== "string") zone = readConfig(session, config, ids);
  else if (toml === undefined || path !== undefined) report.leftOut(path ?? "config.yml", path ?? "config.yml", config);
  for (const [file, text] of [...input.files].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (file.startsWith("content/issues/") && !/\/_?index\.(?:\w+\.)?md$/.test(file))
      cstateIssue(session, { file, text, ids, zone });
  return finished(session);
}

function readConfig(session: Session, config: SourceValue, ids: Map<string, string>): string {
  keepRemarks(session, config);
  const { report, project } = session;
  const site: Record<string, unknown> = {};
  let zone = "UTC";
  const language = (field: SourceValue): void => {
    const code = (textOf(field.value, 20) ?? "").slice(0, 2).toLowerCase();
    if (!["en", "de", "zh", "es"].includes(code))
      report.leftOut("languageCode", field.place, "the site speaks English, German, Chinese and Spanish");
    else if (site["language"] === undefined) {
      site["language"] = code;
      report.carried("languageCode", field.place, "fairlead.yaml: site.language");
    }
  };
  eachField(
    config,
    {
      title(field) {
        const title = lineOf(field.value, 120);
        if (title === null)
          report.leftOut("title", field.place, `it is ${kindOf(field.value)}, where a text was expected`);
        else {
          site["title"] = title;
          report.carried("title", field.place, "fairlead.yaml: site.title");
        }
      },
      baseURL(field) {
        const text = textOf(field.value, 300) ?? "";
        const url = urlOf(text);
        if (url === null)
          report.leftOut(
            "baseURL",
            field.place,
            "it is no address of a whole site; set `site.url` and `site.base` by hand",
          );
        else {
          site["url"] = url;
          report.carried("baseURL", field.place, "fairlead.yaml: site.url");
        }
      },
      languageCode: language,
      defaultContentLanguage: language,
      timeZone(field) {
        const name = lineOf(field.value, 60) ?? "";
        if (!isZone(name)) report.leftOut("timeZone", field.place, "it is no time zone");
        else {
          zone = name;
          report.carried("timeZone", field.place, "incidents/*.md: times, as UTC");
        }
      },
      params(field) {
        eachField(
          field,
          {
            systems(systems) {
              if (!Array.isArray(systems.value))
                report.leftOut(
                  "params.systems",
                  systems.place,
                  `it is ${kindOf(systems.value)}, where a list was expected`,
                );
              for (const system of systems.items()) readSystem(session, system, ids);
            },
            categories: (categories) => readCategories(session, categories),
            description(text) {
              const description = lineOf(text.value, 300);
              if (description === null) return;
              site["description"] = description;
              report.carried("params.description", text.place, "fairlead.yaml: site.description");
            },
          },
          (key, one) => report.leftOut(`params.${key}`, one.place, "Fairlead draws the site in its own way"),
        );
      },
    },
    (key, field) => report.leftOut(key, field.place, "it is Hugo's own, and the site is not drawn by Hugo here"),
  );
  if (Object.keys(site).length > 0) project.site = site;
  return zone;
}

function readSystem(session: Session, system: SourceValue, ids: Map<string, string>): void {
  const { report } = session;
  const fields = system.fields();
  const name = lineOf(fields.get("name")?.value, 120);
  if (name === null || session.services.length >= SERVICES_MAX) {
    report.leftOut(
      "system",
      system.place,
      name === null ? "a system is a mapping with a `name`" : `there are more than ${SERVICES_MAX}`,
    );
    return;
  }
  const category = lineOf(fields.get("category")?.value, 120);
  const filling = beginService(session, { name, names: [name], group: category, from: system });
  if (!ids.has(name.toLowerCase())) ids.set(name.toLowerCase(), filling.service.id);
  let asked = false;
  eachField(
    system,
    {
      name: (field) => filling.service.set(["name"], name, field),
      category(field) {
        if (category !== null) filling.carried("project", category, "category", field);
      },
      description(field) {
        const text = lineOf(field.value, 2_000);
        if (text === null)
          filling.leftOut("description", field, `it is ${kindOf(field.value)}, where a text was expected`);
        else filling.carried("description", text, "description", field);
      },
      link(field) {
        const url = textOf(field.value, 2_000) ?? "";
        if (!/^https?:\/\//.test(url)) filling.leftOut("link", field, "it is no http or https address");
        else
          asked = putAddress(
            session,
            filling,
            url,
            field,
            "cState asks nothing: its link is what Fairlead asks from now on",
          );
      },
    },
    (key, field) => filling.leftOut(key, field, "Fairlead has nothing like it"),
  );
  if (!asked)
    report.changed(
      `${name}: status`,
      system.place,
      filling.service.path,
      "cState asks nothing and there is no link: add `health.endpoint`, or its status stays unknown",
    );
}

function readCategories({ report }: Session, categories: SourceValue): void {
  for (const category of categories.items()) {
    const fields = category.fields();
    const name = lineOf(fields.get("name")?.value, 120) ?? "without a name";
    for (const [key, field] of fields)
      if (key === "name")
        report.changed(
          `category \`${name}\``,
          field.place,
          "services/*.yaml: project",
          "a group is there as soon as a service names it, in order of the alphabet",
        );
      else report.leftOut(`category \`${name}\`: ${key}`, field.place, "groups have a name alone");
  }
}
