import { printableJson } from "../../diagnostics/printable-json.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import { enoughOfLog, refLog } from "../../git/ref-log.ts";
import type { Oid, ServiceId } from "../../model/basics.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { PastRelease } from "../../state/past-releases.ts";
import { type PastRun, pastRuns, RUN_TRAILER } from "../../state/runs.ts";
import { stateRef } from "../../state/state-store.ts";
import type { Face } from "../face.ts";
import { type OpenEnvironment, openEnvironment } from "../open-environment.ts";
import { readerAt, releasesOf } from "../release-history.ts";
import { changesLine, renderReleases, renderRuns } from "../render-history.ts";
import { refuse } from "../show-diagnostics.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";

/**
 * `fairlead history [ID]`: who deployed what, and how it ended, from the log of State; or one service's releases through time.
 * Reads commit by commit, so that a State which cannot be used still tells how it came to that.
 */
export async function history(
  face: Face,
  options: { readonly environment: string; readonly lines: number },
  args: readonly string[],
): Promise<number> {
  const { terminal } = face;
  const service = args[0];
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const environment = opened.value;
    const { refs } = await workspace.refsOf(environment.name);
    const { oid: tip } = await refs.read(stateRef(environment.name));
    const said = { format_version: "1.0", environment: environment.name, state: tip };
    if (service === undefined) {
      const runs = tip === null ? [] : await runsOf(workspace, environment, { tip, max: options.lines });
      if (terminal.json) terminal.result(printableJson({ ...said, runs: runs.map(runToJson) }));
      else terminal.say(runs.length === 0 ? nothingYet(environment.name) : renderRuns(runs, terminal));
      return 0;
    }
    const all = tip === null ? [] : await releasesOf(workspace, environment, { service, tip, max: options.lines });
    if (all.length === 0) return refuse(terminal, [await neverReleased(environment, service)]);
    const releases = all.slice(0, options.lines);
    if (terminal.json)
      terminal.result(
        printableJson({ ...said, service, releases: releases.map((past) => releaseToJson(past, environment)) }),
      );
    else terminal.say(renderReleases(service, releases, environment, terminal));
    return 0;
  } finally {
    await workspace.close();
  }
}

async function runsOf(
  workspace: Workspace,
  environment: OpenEnvironment,
  { tip, max }: { readonly tip: Oid; readonly max: number },
): Promise<readonly PastRun[]> {
  const { repository } = workspace;
  const from = { remote: environment.remote, ref: stateRef(environment.name) };
  const log = await enoughOfLog(
    repository,
    from,
    () => refLog(repository, tip, { trailer: RUN_TRAILER }),
    // The next older run has to be in sight for the last one to be whole.
    (entries) => new Set(entries.map(({ trailer, oid }) => trailer ?? oid)).size > max,
  );
  return pastRuns(log, { read: readerAt(workspace), environment: environment.name, max });
}

/** `schemas/history.schema.json`. */
function runToJson({ run, url, began, ended, oid, journal, says }: PastRun): unknown {
  const services = (journal?.entries ?? []).map(({ service, action, release, outcome, says: why }) => ({
    service,
    action,
    release,
    outcome,
    ...(why === undefined ? {} : { says: why }),
  }));
  const commit = journal?.commit ?? null;
  return { run, ...(url === undefined ? {} : { url }), began, ended, state: oid, commit, services, says };
}

function releaseToJson(past: PastRelease, environment: OpenEnvironment): unknown {
  const { number, commit, createdAt, run, specDigest, artifactDigest } = past.release;
  return {
    number,
    created_at: createdAt,
    commit,
    run,
    spec_digest: specDigest,
    artifact_digest: artifactDigest,
    changes: changesLine(past, environment),
    end: past.end,
  };
}

function nothingYet(environment: string): string {
  return `Nothing was ever applied to ${environment}.`;
}

async function neverReleased({ name, declared }: OpenEnvironment, service: ServiceId): Promise<Diagnostic> {
  const { services } = (await declared()).value;
  const meant = services.has(service) ? undefined : suggest(service, services.keys());
  return {
    code: "service-unknown",
    severity: "error",
    environment: name,
    summary: `State records no release of \`${service}\` in ${name}`,
    hint: meant === undefined ? "`fairlead status` lists what is recorded" : `did you mean \`${meant}\`?`,
  };
}
