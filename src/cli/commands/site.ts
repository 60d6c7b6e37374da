import { relative } from "node:path";
import { healthStore } from "../../health/history.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { declaredRetention } from "../declared-retention.ts";
import type { Face } from "../face.ts";
import { openEnvironment } from "../open-environment.ts";
import { openIncidents } from "../open-incidents.ts";
import { startTask } from "../progress.ts";
import { readTold } from "../read-told.ts";
import { serveSite } from "../serve-site.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import { siteBuilder, siteDataNow } from "../status-site.ts";
import { openWorkspace } from "../workspace.ts";

interface SiteOptions {
  readonly environment: string;
  readonly out: string;
  readonly base?: string;
}

/** `fairlead site build`: builds the status site from what is declared, recorded and kept, asking no service. */
export async function siteBuild(face: Face, options: SiteOptions): Promise<number> {
  return (await build(face, options)) === null ? 1 : 0;
}

/** `fairlead site preview`: builds it, and serves it until Ctrl-C. */
export async function sitePreview(
  face: Face,
  options: SiteOptions & { readonly port: number; readonly json?: boolean },
): Promise<number> {
  const built = await build(face, options);
  if (built === null) return 1;
  const { folder, base } = built;
  const served = await serveSite({ folder, port: options.port, base });
  if ("diagnostic" in served) return refuse(face.terminal, [served.diagnostic]);
  served.site.open();
  face.terminal.say(`The status site is at ${served.site.url} (Ctrl-C ends it)`);
  await new Promise<void>((resolve) => {
    if (face.signal.aborted) resolve();
    face.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await served.site.close();
  return 0;
}

/** Null where it could not be built, which has been said. */
async function build(
  face: Face,
  options: SiteOptions,
): Promise<{ readonly folder: string; readonly base: string } | null> {
  const { terminal } = face;
  const refused = (diagnostics: readonly Diagnostic[]): null => {
    refuse(terminal, diagnostics);
    return null;
  };
  if (options.base !== undefined && !BASE.test(options.base)) return refused([baseIsNoPath(options.base)]);
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refused(opened.diagnostics);
    const [catalog, { state }] = await Promise.all([opened.value.declared(), opened.value.store.read()]);
    if (!isUsable(catalog.diagnostics)) return refused(catalog.diagnostics);
    const { refs } = await workspace.refsOf(options.environment);
    const retention = declaredRetention(catalog.value.project);
    const kept = healthStore({ refs, random: face.nonce, clock: face.clock, retention });
    const { value: history, diagnostics } = await kept.read(options.environment);
    const incidents = await openIncidents(face, workspace, options.environment);
    const told = await readTold(face, workspace, incidents);
    showProblems(terminal, [...diagnostics, ...told.diagnostics]);
    const builder = siteBuilder(face, workspace, options.out);
    const task = await startTask(terminal, "Building the status site");
    try {
      const declared = siteDataNow({ catalog: catalog.value, state, history, told: told.value });
      const data = options.base === undefined ? declared : { ...declared, base: options.base };
      const built = await builder.build(data, task.update);
      const shown = relative(face.directory, builder.folder) || ".";
      task.done(`${built.pages} pages in ${shown} (${Math.round(built.ms)} ms)`);
      if (terminal.json) terminal.result(`${JSON.stringify({ folder: builder.folder, ...built })}\n`);
      return { folder: builder.folder, base: data.base };
    } catch (error) {
      task.fail(`The site could not be built: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    } finally {
      await builder.close();
    }
  } finally {
    await workspace.close();
  }
}

/** As `site.base` in schemas/fairlead.schema.json. */
const BASE = /^\/(?:[^\s?#]+\/)?$/;

function baseIsNoPath(base: string): Diagnostic {
  return {
    code: "site-base-invalid",
    severity: "error",
    summary: `\`--base ${base}\` is no path with a slash at both ends`,
    hint: "for example `--base /status/`, or `--base /`",
  };
}
