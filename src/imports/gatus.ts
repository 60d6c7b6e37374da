import { putNotifications } from "./gatus-alerting.ts";
import { gatusEndpoint } from "./gatus-endpoint.ts";
import { gatusMaintenance } from "./gatus-maintenance.ts";
import type { Imported, ImportInput } from "./imported.ts";
import { readYaml } from "./read-yaml.ts";
import { finished, keepRemarks, newSession, SERVICES_MAX, type Session } from "./session.ts";
import { linksOf } from "./site-keys.ts";
import { eachField, kindOf, lineOf, type SourceValue, textOf } from "./source-value.ts";

const FILES_MAX = 200;
export const wantsGatus = (path: string): boolean => /\.ya?ml$/.test(path) && path.split("/").length <= 3;

/**
 * A configuration of Gatus (https://github.com/TwiN/gatus#configuration): one file, or a folder of them whose endpoints add up.
 * `${NAME}` in it stands for a variable of the environment, and becomes a secret.
 */
export function gatus(input: ImportInput): Imported {
  const session = newSession(input, "braces");
  const { report } = session;
  const paths = [...input.files.keys()].filter((path) => /\.ya?ml$/.test(path)).sort();
  if (paths.length === 0) report.leftOut("configuration", "config.yaml", "there is no YAML file");
  for (const path of paths.slice(0, FILES_MAX)) {
    const config = readYaml(path, input.files.get(path) ?? "");
    if (typeof config === "string") report.leftOut(path, path, config);
    else if (config.fields().size === 0)
      report.leftOut(path, path, `it is ${kindOf(config.value)}, where a mapping was expected`);
    else readConfig(session, config);
  }
  if (paths.length > FILES_MAX) report.leftOut("further files", "", `there are more than ${FILES_MAX}`);
  return finished(session);
}

function readConfig(session: Session, config: SourceValue): void {
  keepRemarks(session, config);
  const { report, project } = session;
  const endpoints = (key: string) => (field: SourceValue) => {
    if (!Array.isArray(field.value))
      report.leftOut(key, field.place, `it is ${kindOf(field.value)}, where a list was expected`);
    for (const endpoint of field.items()) {
      if (session.services.length >= SERVICES_MAX)
        report.leftOut("endpoint", endpoint.place, `there are more than ${SERVICES_MAX}`);
      else gatusEndpoint(session, endpoint, config.fields().get("alerting"));
    }
  };
  eachField(
    config,
    {
      endpoints: endpoints("endpoints"),
      // What the list was called in older versions.
      services: endpoints("services"),
      "external-endpoints"(field) {
        for (const one of field.items())
          report.leftOut(
            `external endpoint \`${lineOf(one.fields().get("name")?.value, 80) ?? "without a name"}\``,
            one.place,
            "its results are pushed to Gatus; Fairlead asks by itself",
          );
      },
      suites(field) {
        for (const one of field.items())
          report.leftOut(
            `suite \`${lineOf(one.fields().get("name")?.value, 80) ?? "without a name"}\``,
            one.place,
            "requests that build on each other are not asked",
          );
      },
      alerting: (field) => putNotifications(session, field, config),
      maintenance: (field) => gatusMaintenance(session, field, [], "maintenance"),
      ui: (field) => readUi(session, field),
      connectivity(field) {
        const target = textOf(field.fields().get("checker")?.fields().get("target")?.value, 300) ?? "";
        if (!/^[^\s/@]+:\d{1,5}$/.test(target)) {
          report.leftOut("connectivity", field.place, "its target is no host and port");
          return;
        }
        project.health = { control: `tcp://${target}` };
        report.carried("connectivity.checker.target", field.place, "fairlead.yaml: health.control");
      },
      announcements(field) {
        for (const one of field.items())
          report.leftOut(
            "announcement",
            one.place,
            "it names no service: write it as incidents/<name>.md, if it still holds",
          );
      },
    },
    (key, field) =>
      report.leftOut(
        key,
        field.place,
        LEFT_OUT.get(key) ??
          (key.startsWith("x-")
            ? "it is a key of your own, which other keys may refer to"
            : "Fairlead has nothing like it"),
      ),
  );
}

function readUi({ report, project }: Session, ui: SourceValue): void {
  const site: Record<string, unknown> = {};
  const line = (key: string, max: number) => (field: SourceValue) => {
    const text = lineOf(field.value, max);
    if (text === null)
      report.leftOut(`ui.${key}`, field.place, `it is ${kindOf(field.value)}, where a text was expected`);
    else {
      site[key] = text;
      report.carried(`ui.${key}`, field.place, `fairlead.yaml: site.${key}`);
    }
  };
  eachField(
    ui,
    {
      title: line("title", 120),
      description: line("description", 300),
      buttons(field) {
        const links = linksOf(field, "name", "link", report, "ui.buttons");
        if (links.length > 0) site["links"] = links;
      },
    },
    (key, field) =>
      report.leftOut(
        `ui.${key}`,
        field.place,
        key === "logo"
          ? "a logo is a picture in the repository here: put it there and name it as `site.logo`"
          : "Fairlead draws the site in its own way",
      ),
  );
  if (Object.keys(site).length > 0) project.site = { ...site, ...project.site };
}

const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ["storage", "history is kept in Git; Gatus' database is not in its configuration"],
  ["security", "a published site has no login; keep it where only those get in who may"],
  ["web", "the site is files: whatever serves them has its own settings"],
  ["metrics", "samples are in the health store"],
  ["remote", "one site shows one repository"],
  ["concurrency", "how many are asked side by side is Fairlead's own bound"],
  ["disable-monitoring-lock", "how many are asked side by side is Fairlead's own bound"],
  ["debug", "it says nothing of services"],
  ["skip-invalid-config-update", "a file with an error is named, and the last good one stays in force"],
  ["tunneling", "services are asked directly"],
]);
