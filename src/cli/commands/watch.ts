import { GitError } from "../../git/git-error.ts";
import { defaultBranchOf } from "../../git/revisions.ts";
import type { Ms, ServiceId } from "../../model/basics.ts";
import type { Catalog } from "../../model/catalog.ts";
import type { Outcome, Sample } from "../../model/health.ts";
import { watchLoop } from "../../probes/schedule.ts";
import { followDefaultBranch } from "../default-branch.ts";
import type { Face } from "../face.ts";
import { controlOf, openHealthRecord, watchedOf } from "../health-record.ts";
import { timeOfDay } from "../live-status.ts";
import { openEnvironment } from "../open-environment.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import { type Look, openWorkspace, type Workspace } from "../workspace.ts";
import { sampleLine } from "./check.ts";

export interface WatchOptions {
  readonly environment: string;
  readonly collector?: string;
  readonly region?: string;
  /** How often what was seen is pushed. */
  readonly save: Ms;
  /** How often it is looked whether other services are declared. */
  readonly reload: Ms;
}

/**
 * `fairlead watch`: asks every service at its interval, from here, for as long as it runs, and keeps what it sees. What is
 * declared is read from the remote's default branch, a minute after a merge at the latest; without a remote, from the working
 * folder. It starts, stops and changes no service.
 */
export async function watch(face: Face, options: WatchOptions): Promise<number> {
  const { terminal, clock, signal } = face;
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment, await declaredIn(workspace, options));
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const first = await opened.value.declared();
    if (!isUsable(first.diagnostics)) return refuse(terminal, first.diagnostics);
    const { record, diagnostics } = await openHealthRecord(face, workspace, options.environment, {
      ...(options.collector === undefined ? {} : { collector: options.collector }),
      ...(options.region === undefined ? {} : { region: options.region }),
    });
    showProblems(terminal, diagnostics);

    const outcomes = new Map<ServiceId, Outcome>();
    const loop = watchLoop({
      clock,
      random: Math.random,
      ...controlOf(first.value.project, face),
      onBeat: record.beat,
      onSample(sample: Sample) {
        record.sample(sample);
        const before = outcomes.get(sample.service);
        outcomes.set(sample.service, sample.outcome);
        if (before !== sample.outcome) terminal.say(`${timeOfDay(sample.at)} ${sampleLine(terminal, sample, 0)}`);
      },
    });
    const follow = (catalog: Catalog): number => {
      const specs = [...catalog.services.values()].map(({ spec }) => spec);
      const watched = watchedOf(specs, face);
      record.watch(specs.filter(({ id }) => watched.some(({ service }) => service === id)));
      loop.watch(watched);
      return watched.length;
    };
    const count = follow(first.value);
    terminal.say(
      `Watching ${count === 1 ? "1 service" : `${count} services`} of ${options.environment}. Ctrl-C ends it.`,
    );

    const save = async (): Promise<void> => showProblems(terminal, await record.save());
    let savedAt = clock.monotonic();
    let lookedAt = savedAt;
    while (!signal.aborted) {
      await clock.sleep(Math.min(options.reload, options.save), signal);
      if (signal.aborted) break;
      const now = clock.monotonic();
      if (now - savedAt >= options.save) {
        savedAt = now;
        await orSay(face, "What was seen could not be kept", save);
      }
      if (now - lookedAt < options.reload) continue;
      lookedAt = now;
      await orSay(face, "What is declared could not be read", async () => {
        const next = await opened.value?.declared();
        if (next === undefined) return;
        // Files that are wrong end no watching: what was declared before is watched on.
        if (isUsable(next.diagnostics)) follow(next.value);
        else showProblems(terminal, next.diagnostics);
      });
    }
    await loop.close();
    await save();
    return 0;
  } finally {
    await workspace.close();
  }
}

/** Where declarations are read: `development` is one's own folder, what a team shares is on the remote. */
async function declaredIn(workspace: Workspace, { environment }: WatchOptions): Promise<() => Promise<Look>> {
  const { repository } = workspace;
  const remote = environment === "development" ? null : await repository.defaultRemote();
  if (remote === null) return workspace.look;
  const branch = await defaultBranchOf(repository, remote);
  return branch === null
    ? workspace.look
    : (await followDefaultBranch(workspace, branch.replace(/^refs\/heads\//, ""))).look;
}

/** A remote out of reach or a full disk must not end the watching: it is said, and tried again. */
async function orSay(face: Face, what: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    face.terminal.complain(`${what}: ${error.message}`);
  }
}
