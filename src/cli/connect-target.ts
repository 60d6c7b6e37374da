import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifactStore } from "../git/artifact-store.ts";
import { releaseFiles } from "../scaffold/release-files.ts";
import type { Connecting } from "../targets/connection.ts";
import type { Face } from "./face.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { packageRoot } from "./package-root.ts";
import { version } from "./version.ts";
import type { Workspace } from "./workspace.ts";

/** What a target is told of the machine and the repository; which of it a kind uses is its own business. */
export function connecting(face: Face, workspace: Workspace, environment: OpenEnvironment): Connecting {
  return {
    root: whereItRuns(face, workspace),
    environment: environment.name,
    env: face.env,
    clock: face.clock,
    node: process.execPath,
    agentEntry: ownEntry("agent/agent-main"),
    build: version(),
    uid: process.getuid?.() ?? null,
    socketHome: face.env["XDG_RUNTIME_DIR"] ?? tmpdir(),
    files: releaseFiles({
      artifacts: artifactStore(workspace.repository),
      root: workspace.repository.root,
      packageRoot: packageRoot(),
    }),
    addressOf: environment.addressOf,
    settings: environment.project.environments[environment.name]?.target ?? {},
  };
}

/**
 * The folder whose `.fairlead/` holds what runs here. On a machine of one's own that serves as a runner each job begins with a
 * clean checkout, which would take the running services' files away: there they lie beside it.
 */
function whereItRuns({ env }: Face, { repository }: Workspace): string {
  const beside = env["RUNNER_ENVIRONMENT"] === "self-hosted" ? env["RUNNER_WORKSPACE"] : undefined;
  return beside || repository.root;
}

/** A program of ours as it stands beside this one: `.ts` in development, `.js` as published. */
export function ownEntry(name: string): string {
  const extension = import.meta.filename.endsWith(".ts") ? "ts" : "js";
  return join(import.meta.dirname, "..", `${name}.${extension}`);
}
