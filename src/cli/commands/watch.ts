import { GitError } from "../../git/git-error.ts";
import { defaultBranchOf } from "../../git/revisions.ts";
import type { Ms } from "../../model/basics.ts";
import type { Catalog } from "../../model/catalog.ts";
import { followDefaultBranch } from "../default-branch.ts";
import type { Face } from "../face.ts";
import { openHealthWatch } from "../health-watch.ts";
import { keepInTime } from "../keep-in-time.ts";
import { openEnvironment } from "../open-environment.ts";
import { sayWhoIsTold } from "../say-who-is-told.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import { watchServices } from "../watch-services.ts";
import { type Look, openWorkspace, type Workspace } from "../workspace.ts";

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
    const look = await declaredIn(workspace, options);
    const opened = await openEnvironment(workspace, options.environment, look);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const environment = opened.value;
    const first = await environment.declared();
    if (!isUsable(first.diagnostics)) return refuse(terminal, first.diagnostics);
    const who = { environment: environment.name, collector: options.collector, region: options.region };
    const { watch: kept, diagnostics } = await openHealthWatch({ face, workspace, look, ...who });
    showProblems(terminal, diagnostics);
    sayWhoIsTold(terminal, first.value);

    const keeping = keepInTime({ face, watch: kept, everyMs: options.save });
    const services = watchServices({ face, watch: kept, keeping, saysFirst: true });
    const follow = async (catalog: Catalog): Promise<number> => {
      const { state } = await environment.store.read();
      // What nobody has applied runs nowhere yet, and is not down.
      return services.follow(catalog, ({ id, external }) => external === true || state.services.has(id));
    };
    const count = await follow(first.value);
    terminal.say(`Watching ${count === 1 ? "1 service" : `${count} services`} of ${environment.name}. Ctrl-C ends it.`);

    while (!signal.aborted) {
      await clock.sleep(options.reload, signal);
      if (signal.aborted) break;
      await orSay(face, "What is declared could not be read", async () => {
        const next = await environment.declared();
        // Files that are wrong end no watching: what was declared before is watched on.
        if (isUsable(next.diagnostics)) await follow(next.value);
        else showProblems(terminal, next.diagnostics);
      });
    }
    await services.close();
    await keeping.stop();
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
