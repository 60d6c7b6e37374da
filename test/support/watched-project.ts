import type { Face } from "../../src/cli/face.ts";
import { openEnvironment } from "../../src/cli/open-environment.ts";
import { openWorkspace } from "../../src/cli/workspace.ts";
import type { Catalog } from "../../src/model/catalog.ts";
import { gitFolder } from "./git-folder.ts";
import { quietFace } from "./quiet-face.ts";

/** Noon of a day; the clock of the project starts there, and the test moves it. */
export const NOON = Date.UTC(2026, 10, 24, 12);

/** A project whose `staging` has one external service, `web`, asked every `interval`; opened as a command opens it. */
export async function watchedProject({
  interval = "30s",
  health = "",
  env,
}: {
  readonly interval?: string;
  /** More of the service's `health`. */
  readonly health?: string;
  readonly env?: NodeJS.ProcessEnv;
} = {}) {
  const folder = gitFolder({
    "fairlead.yaml": "project: shop\nenvironments: {staging: {target: {kind: local}}}\n",
    "services/web.yaml": `id: web\nname: Web\ntype: api\nexternal: true\nhealth: {endpoint: 'http://127.0.0.1:9/', interval: ${interval}${health}}\n`,
  });
  const time = { now: NOON };
  const face: Face = quietFace({ directory: folder, now: () => time.now, ...(env === undefined ? {} : { env }) });
  const workspace = await openWorkspace(face);
  /** As it is declared at this moment. */
  const declared = async (): Promise<Catalog> => {
    const opened = await openEnvironment(workspace, "staging");
    const catalog = await opened.value?.declared();
    if (catalog === undefined) throw new Error(JSON.stringify(opened.diagnostics));
    return catalog.value;
  };
  return { folder, time, face, workspace, declared };
}
