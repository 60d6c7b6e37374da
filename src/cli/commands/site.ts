import { relative } from "node:path";
import type { Face } from "../face.ts";
import { openHealthRecord } from "../health-record.ts";
import { openEnvironment } from "../open-environment.ts";
import { startTask } from "../progress.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import { siteBuilder, siteDataNow } from "../status-site.ts";
import { openWorkspace } from "../workspace.ts";

/** `fairlead site`: builds the status site from what is declared, recorded and kept, asking no service. */
export async function site(
  face: Face,
  options: { readonly environment: string; readonly out: string },
): Promise<number> {
  const { terminal } = face;
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const [catalog, { state }] = await Promise.all([opened.value.declared(), opened.value.store.read()]);
    if (!isUsable(catalog.diagnostics)) return refuse(terminal, catalog.diagnostics);
    const { record, diagnostics } = await openHealthRecord(face, workspace, options.environment);
    showProblems(terminal, diagnostics);
    const builder = siteBuilder(face, workspace, options.out);
    const task = await startTask(terminal, "Building the status site");
    try {
      const data = siteDataNow(face, { catalog: catalog.value, state, segments: record.segments() });
      const built = await builder.build(data, task.update);
      const shown = relative(face.directory, builder.folder) || ".";
      task.done(`${built.pages} pages in ${shown} (${Math.round(built.ms)} ms)`);
      if (terminal.json) terminal.result(`${JSON.stringify({ folder: builder.folder, ...built })}\n`);
      return 0;
    } catch (error) {
      task.fail(`The site could not be built: ${error instanceof Error ? error.message : String(error)}`);
      return 1;
    } finally {
      await builder.close();
    }
  } finally {
    await workspace.close();
  }
}
