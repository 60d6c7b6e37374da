import type { Imported, ImportInput } from "./imported.ts";
import { readJson } from "./read-json.ts";
import { beginService, finished, newSession, SERVICES_MAX, type Session } from "./session.ts";
import { urlOf } from "./site-keys.ts";
import { lineOf, type SourceValue, textOf } from "./source-value.ts";
import { statuspageIncident, statuspageMaintenance } from "./statuspage-incident.ts";

export const wantsStatuspage = (path: string): boolean => /\.json$/.test(path) && path.split("/").length <= 4;

/**
 * What Statuspage publishes of itself (`/api/v2/summary.json` and its siblings, https://status.example.com/api): components, incidents
 * with their updates, maintenance. What is in several files is taken once.
 */
export function statuspage(input: ImportInput): Imported {
  const session = newSession(input, "none");
  const { report } = session;
  const roots: SourceValue[] = [];
  for (const [path, text] of [...input.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const root = readJson(path, text);
    if (typeof root === "string") report.leftOut(path, path, root);
    else if (!["components", "incidents", "scheduled_maintenances", "page"].some((key) => root.fields().has(key)))
      report.leftOut(
        path,
        path,
        "it is none of Statuspage's answers: those have `page`, `components`, `incidents` or `scheduled_maintenances`",
      );
    else roots.push(root);
  }
  if (roots.length === 0)
    report.leftOut(
      "components",
      "",
      "there is no JSON of Statuspage's API: save /api/v2/summary.json, components.json, incidents.json and scheduled-maintenances.json",
    );
  readPage(session, roots);
  const ids = readComponents(session, onceEach(roots, "components"));
  for (const incident of onceEach(roots, "incidents")) statuspageIncident(session, incident, ids);
  for (const one of onceEach(roots, "scheduled_maintenances")) statuspageMaintenance(session, one, ids);
  return finished(session);
}

/** Of all files, the fuller telling of each: a summary has incidents, too, but without those that are over. */
function onceEach(roots: readonly SourceValue[], key: string): readonly SourceValue[] {
  const found = new Map<string, SourceValue>();
  for (const root of roots)
    for (const [index, one] of (root.fields().get(key)?.items() ?? []).entries()) {
      const id = textOf(one.fields().get("id")?.value, 200) ?? `${root.place} ${index}`;
      const before = found.get(id);
      if (before === undefined || one.fields().size > before.fields().size) found.set(id, one);
    }
  return [...found.values()];
}

function readPage({ report, project }: Session, roots: readonly SourceValue[]): void {
  const page = roots.map((root) => root.fields().get("page")).find((one) => one !== undefined);
  if (page === undefined) return;
  const site: Record<string, unknown> = {};
  const title = lineOf(page.fields().get("name")?.value, 110);
  if (title !== null) {
    site["title"] = title;
    report.carried("page.name", page.place, "fairlead.yaml: site.title");
  }
  const url = urlOf(textOf(page.fields().get("url")?.value, 300));
  if (url === null || /\.statuspage\.io$/.test(url))
    report.leftOut("page.url", page.place, "it is not an address of your own; set `site.url` to where you publish");
  else {
    site["url"] = url;
    report.changed("page.url", page.place, "fairlead.yaml: site.url", "let the name lead to where you publish now");
  }
  if (Object.keys(site).length > 0) project.site = site;
}

/** Services by Statuspage's ids. A group is no service: it is the project of those in it. */
function readComponents(session: Session, components: readonly SourceValue[]): ReadonlyMap<string, string> {
  const { report } = session;
  const ids = new Map<string, string>();
  const groups = new Map<string, string>();
  const isGroup = (component: SourceValue): boolean => component.fields().get("group")?.value === true;
  for (const group of components.filter(isGroup)) {
    const name = lineOf(group.fields().get("name")?.value, 120);
    const key = textOf(group.fields().get("id")?.value, 200);
    if (name === null || key === null) continue;
    groups.set(key, name);
    report.changed(
      `group \`${name}\``,
      group.place,
      "services/*.yaml: project",
      "a group is there as soon as a service names it, in order of the alphabet",
    );
  }
  for (const component of components) {
    if (isGroup(component)) continue;
    const fields = component.fields();
    const name = lineOf(fields.get("name")?.value, 120);
    if (name === null || session.services.length >= SERVICES_MAX) {
      report.leftOut(
        "component",
        component.place,
        name === null ? "it has no name" : `there are more than ${SERVICES_MAX}`,
      );
      continue;
    }
    const group = groups.get(textOf(fields.get("group_id")?.value, 200) ?? "") ?? null;
    const filling = beginService(session, { name, names: [name], group, from: component });
    const id = textOf(fields.get("id")?.value, 200);
    if (id !== null) ids.set(id, filling.service.id);
    if (group !== null) filling.carried("project", group, "group_id", fields.get("group_id") ?? component);
    const description = lineOf(fields.get("description")?.value, 2_000);
    if (description !== null)
      filling.carried("description", description, "description", fields.get("description") ?? component);
    const status = fields.get("status");
    if (status !== undefined)
      filling.leftOut(
        "status",
        status,
        "it is set by hand there; add `health.endpoint` and Fairlead asks, or it stays unknown",
      );
  }
  return ids;
}
