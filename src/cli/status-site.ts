import { join, resolve } from "node:path";
import { notEnforced } from "../catalog/not-enforced.ts";
import type { Catalog } from "../model/catalog.ts";
import type { History } from "../model/health.ts";
import type { SiteData } from "../model/site-data.ts";
import type { State } from "../model/state.ts";
import type { SiteBuilt } from "../site/build-site.ts";
import { siteData } from "../site/site-data.ts";
import { siteProcess } from "../site/site-process.ts";
import { ownEntry } from "./connect-target.ts";
import type { Face } from "./face.ts";
import { packageRoot } from "./package-root.ts";
import type { Told } from "./read-told.ts";
import { showProblems } from "./show-diagnostics.ts";
import type { Workspace } from "./workspace.ts";

/**
 * What the site shows of an environment at this moment. `isLocal`: it is for whoever sits at this machine, who gets links to the
 * declared ports; on a page for everybody those would be internal, and lead nowhere.
 */
export function siteDataNow(from: {
  readonly catalog: Catalog;
  readonly state: State;
  readonly history: History;
  readonly told: Told;
  readonly isLocal?: boolean;
}): SiteData {
  const { catalog, state, history, told } = from;
  const specs = [...catalog.services.values()].map(({ spec }) => spec);
  const ports = specs.flatMap(({ id, networking }) => (networking?.port ? [[id, networking.port] as const] : []));
  const isLocal = from.isLocal === true && catalog.project.site.url === undefined;
  const data = siteData({
    project: catalog.project,
    environment: catalog.environment,
    specs,
    history,
    state,
    notEnforced: new Map(specs.map((spec) => [spec.id, notEnforced(spec)])),
    addresses: new Map(isLocal ? ports.map(([id, port]) => [id, `http://localhost:${port}`]) : []),
    ...told,
    now: history.at,
  });
  return history.commit === undefined ? data : { ...data, history: history.commit };
}

export interface SiteBuilder {
  readonly folder: string;
  build(data: SiteData, onProgress?: (says: string) => void): Promise<SiteBuilt>;
  close(): Promise<void>;
}

/** Builds the status site into `out` (relative to the folder worked in), in a process of its own. */
export function siteBuilder(face: Face, workspace: Workspace, out: string): SiteBuilder {
  const folder = resolve(workspace.repository.root, out);
  const process = siteProcess({ entry: ownEntry("cli/build-site-main"), env: face.env, clock: face.clock });
  let said = "";
  return {
    folder,
    async build(data, onProgress) {
      const built = await process.build(
        {
          data,
          repository: workspace.repository.root,
          outDir: folder,
          siteRoot: join(packageRoot(), "site"),
          cacheDir: join(workspace.cacheFolder, "site"),
        },
        onProgress,
      );
      // Said once, not at each of a thousand builds.
      if (JSON.stringify(built.diagnostics) !== said) showProblems(face.terminal, built.diagnostics);
      said = JSON.stringify(built.diagnostics);
      return built;
    },
    close: () => process.close(),
  };
}
