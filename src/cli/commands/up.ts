import { mkdirSync } from "node:fs";
import { relative } from "node:path";
import stringWidth from "fast-string-width";
import type { ApplyReport } from "../../apply/apply-input.ts";
import { escapeTerminal } from "../../diagnostics/escape-terminal.ts";
import type { Catalog } from "../../model/catalog.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Sample } from "../../model/health.ts";
import { renderText } from "../../plan/render-text.ts";
import type { Connection } from "../../targets/connection.ts";
import { applyHere, showReport } from "../apply-here.ts";
import { connecting } from "../connect-target.ts";
import { type Ending, endAll } from "../end-all.ts";
import type { Face } from "../face.ts";
import { type LiveStatus, openLiveStatus } from "../live-status.ts";
import { obstaclesOf } from "../obstacles.ts";
import { beTheOnlyUp } from "../only-one-up.ts";
import { type OpenEnvironment, openEnvironment, type Planned } from "../open-environment.ts";
import { startTask } from "../progress.ts";
import { readableLine } from "../readable-line.ts";
import { type ServedSite, serveSite } from "../serve-site.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import { siteBuilder } from "../status-site.ts";
import { type FileWatch, watchFiles } from "../watch-files.ts";
import { timeOfDay } from "../watch-services.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";
import { exitCodeOf, isWanted } from "./apply.ts";
import { sampleLine } from "./check.ts";

export interface UpOptions {
  readonly environment: string;
  readonly once?: boolean;
  readonly yes?: boolean;
  readonly port: number;
  readonly out: string;
  readonly json?: boolean;
}

/**
 * `fairlead up`: the whole way from YAML to the status page, on this machine. Nothing is started before everything that
 * can be checked is right; whatever happens afterwards, what was started is stopped again at the end.
 */
export async function up(face: Face, options: UpOptions): Promise<number> {
  const workspace = await openWorkspace(face);
  const ending: Ending[] = [() => workspace.close()];
  let endedWell = true;
  let code = 1;
  try {
    code = await bringUp(face, options, workspace, ending);
  } finally {
    endedWell = await endAll(face.terminal, ending);
  }
  return endedWell ? code : code || 1;
}

async function bringUp(face: Face, options: UpOptions, workspace: Workspace, ending: Ending[]): Promise<number> {
  const { terminal } = face;
  const opened = await openEnvironment(workspace, options.environment);
  if (opened.value === null) return refuse(terminal, opened.diagnostics);
  const environment = opened.value;
  if (workspace.repository.kind === "local-only")
    terminal.say("This folder is no Git repository: State is kept locally only, in .fairlead/.");
  const planned = await environment.planned(new Set());
  const problems = [...planned.diagnostics, ...planned.safety];
  if (!isUsable(problems)) return refuse(terminal, problems);
  showProblems(terminal, problems);
  terminal.say(renderText(planned.plan, { color: terminal.color, width: terminal.width, goOn: false }));
  // Development is one's own; anything else is somebody's.
  if (environment.name !== "development" && !options.yes && !(await isWanted(terminal, planned.plan))) return 1;

  let site: ServedSite | null = null;
  const { root } = workspace.repository;
  const only = await beTheOnlyUp(face, { root, environment: options.environment, site: () => site?.url ?? null });
  if ("diagnostic" in only) return refuse(terminal, [only.diagnostic]);
  ending.push(only.release);
  const builder = siteBuilder(face, workspace, options.out);
  ending.push(() => builder.close());
  if (!options.once) {
    // The port first: when it is taken, nothing has been started yet.
    mkdirSync(builder.folder, { recursive: true });
    const { base } = planned.catalog.project.site;
    const served = await serveSite({ folder: builder.folder, port: options.port, base });
    if ("diagnostic" in served) return refuse(terminal, [served.diagnostic]);
    site = served.site;
    ending.push(served.site.close);
  }

  const connector = await environment.kind.connector();
  const connected = await connector.connect(connecting(face, workspace, environment), "start");
  if (connected.value === null) return refuse(terminal, connected.diagnostics);
  const connection = connected.value;
  ending.push(() => stopEverything(face, connection));
  const obstacles = await obstaclesOf(connection, planned);
  if (obstacles.length > 0) return refuse(terminal, obstacles);
  const files = watchFiles(workspace.repository.root, face.clock);
  ending.push(() => files.close());
  // Before anything is applied: an edit meanwhile must not wait for the next one to be seen.
  files.follow(planned.catalog);
  const session: Session = { face, workspace, environment, connection, files };
  const report = await applyShown(session, planned, problems);
  if (face.signal.aborted) return 130;

  const { refresh: refreshMs } = planned.catalog.project.site;
  const live = await openLiveStatus({ face, workspace, environment, builder, refreshMs });
  ending.push(() => live.close());
  const samples = await firstLook(face, live, planned.catalog);
  if (samples === null) return 1;
  site?.open();
  if (face.signal.aborted) return 130;
  const width = Math.max(0, ...samples.map(({ service }) => service.length));
  for (const sample of samples) terminal.say(sampleLine(terminal, sample, width));
  terminal.say(whatIsWhere(face, { catalog: planned.catalog, address: site?.url ?? null, folder: builder.folder }));
  if (options.once) {
    const failed = samples.some(({ outcome }) => outcome === "fail");
    return exitCodeOf(report, false) || (failed ? 1 : 0);
  }
  await keepUp(session, live, planned.catalog);
  return 0;
}

/** Asks each service once and draws the site; null where it cannot be drawn, which has been said. */
async function firstLook(face: Face, live: LiveStatus, catalog: Catalog): Promise<readonly Sample[] | null> {
  const task = await startTask(face.terminal, "Asking every service, and drawing the status site");
  try {
    const samples = await live.first(catalog, task.update);
    task.done(`${samples.length === 1 ? "1 service" : `${samples.length} services`} asked, the site is drawn`);
    return samples;
  } catch (error) {
    task.fail(`The status site could not be built: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

interface Session {
  readonly face: Face;
  readonly workspace: Workspace;
  readonly environment: OpenEnvironment;
  readonly connection: Connection;
  readonly files: FileWatch;
}

/** Watches files, services and health until Ctrl-C. */
async function keepUp(session: Session, live: LiveStatus, catalog: Catalog): Promise<void> {
  const { face, connection, files } = session;
  const events = showEvents(session, connection);
  await live.follow(catalog);
  face.terminal.say(face.terminal.style("dim", "Watching for changes. Ctrl-C stops everything."));
  for (;;) {
    const changed = await files.next(face.signal);
    if (changed.length === 0) break;
    const next = await react(session, changed);
    if (next === null) continue;
    files.follow(next);
    await live.follow(next);
  }
  await events;
}

/** Re-plans after a change and applies what is right; resolves with the new catalog, or null where it is not usable. */
async function react(session: Session, changed: readonly string[]): Promise<Catalog | null> {
  const { face, environment, connection } = session;
  const { terminal } = face;
  const [first, ...rest] = changed;
  const more = rest.length === 0 ? "" : ` and ${rest.length} more`;
  terminal.say(`\n${timeOfDay(face.clock.now())} ${escapeTerminal(first ?? "")}${more} changed`);
  let planned: Planned;
  try {
    planned = await environment.planned(new Set());
  } catch (error) {
    // Half-written files and a Git in the middle of a checkout are passing: the next change asks again.
    terminal.complain(`The plan could not be made: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
  const wrong: readonly Diagnostic[] = [...planned.diagnostics, ...planned.safety];
  const problems = isUsable(wrong) ? [...wrong, ...(await obstaclesOf(connection, planned))] : wrong;
  showProblems(terminal, problems);
  if (!isUsable(problems)) {
    terminal.complain("What runs is left as it is.");
    return null;
  }
  terminal.say(renderText(planned.plan, { color: terminal.color, width: terminal.width, goOn: false }));
  if (planned.plan.steps.every(({ action }) => action === "held")) return planned.catalog;
  try {
    await applyShown(session, planned, problems);
  } catch (error) {
    // A State out of reach, or a disk that is full: the services that run have done nothing wrong.
    terminal.complain(`The change could not be applied: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
  return planned.catalog;
}

/** Applies the plan as it was shown: what is edited meanwhile gets one of its own. */
async function applyShown(session: Session, { plan }: Planned, shown: readonly Diagnostic[]): Promise<ApplyReport> {
  const { face } = session;
  const approved = new Map(plan.steps.map(({ service, digest }) => [service, digest]));
  const report = await applyHere({ ...session, permit: () => ({ approved, allowDestroy: new Set() }), parallelism: 4 });
  showReport(face.terminal, report, shown);
  return report;
}

/** Prints what happens to instances, and what services write whose `logging.outputs` name the console. */
async function showEvents({ face }: Session, connection: Connection): Promise<void> {
  const { terminal } = face;
  for await (const event of connection.events(face.signal)) {
    const isLog = event.is === "log";
    const name = terminal.style(isLog ? "cyan" : "dim", event.service);
    const says = isLog
      ? readableLine(event.says, terminal.width - event.service.length - 1)
      : escapeTerminal(event.says);
    terminal.say(`${name} ${says}`);
  }
}

async function stopEverything(face: Face, connection: Connection): Promise<void> {
  const task = await startTask(face.terminal, "Stopping every service");
  const stopped = await connection.stop();
  showProblems(face.terminal, stopped.diagnostics);
  if (stopped.diagnostics.length > 0) task.fail("Not everything could be stopped");
  else task.done(stopped.value === 1 ? "1 instance stopped" : `${stopped.value} instances stopped`);
}

function whatIsWhere(
  face: Face,
  at: { readonly catalog: Catalog; readonly address: string | null; readonly folder: string },
): string {
  const { terminal } = face;
  const rows = [...at.catalog.services.values()].flatMap(({ spec }) => {
    const port = spec.networking?.port;
    return port === undefined ? [] : [[spec.name, `http://localhost:${port}${spec.endpoints[0] ?? ""}`] as const];
  });
  const site = at.address ?? (relative(face.directory, at.folder) || ".");
  const all = [...rows, ["Status site", site] as const];
  const width = Math.max(...all.map(([name]) => stringWidth(name)));
  const lines = all.map(
    ([name, where]) => `  ${name}${" ".repeat(width - stringWidth(name))}  ${terminal.style("cyan", where)}`,
  );
  return `\n${lines.join("\n")}\n`;
}
