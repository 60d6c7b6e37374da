import { enoughOfLog, refLog } from "../git/ref-log.ts";
import type { Oid, ServiceId } from "../model/basics.ts";
import { type PastRelease, pastRecords, pastReleases } from "../state/past-releases.ts";
import { type ReadAt, RUN_TRAILER } from "../state/runs.ts";
import { recordPath } from "../state/state-codec.ts";
import { stateRef } from "../state/state-store.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { Workspace } from "./workspace.ts";

/** The releases of a service by the log of a State's `tip`, newest first: at least `max` where there are as many. */
export async function releasesOf(
  workspace: Workspace,
  { name, remote }: Pick<OpenEnvironment, "name" | "remote">,
  { service, tip, max }: { readonly service: ServiceId; readonly tip: Oid; readonly max: number },
): Promise<readonly PastRelease[]> {
  const { repository } = workspace;
  const on = { read: readerAt(workspace), environment: name };
  const ask = async (): Promise<readonly PastRelease[]> => {
    const log = await refLog(repository, tip, { trailer: RUN_TRAILER, path: recordPath(service) });
    return pastReleases(await pastRecords(service, log, on));
  };
  return enoughOfLog(repository, { remote, ref: stateRef(name) }, ask, (found) => found.length > max);
}

/** Reads files of older commits from Git's objects. */
export function readerAt({ repository }: Workspace): ReadAt {
  return async (oid, path) => {
    const found = await repository.objects.find(`${oid}:${path}`);
    return found?.type === "blob" ? found.content : null;
  };
}
