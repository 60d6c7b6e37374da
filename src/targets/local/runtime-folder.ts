import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../model/diagnostic.ts";

/** Where one environment of one repository keeps its local runtime. Two environments share nothing. */
export interface RuntimeFolder {
  readonly root: string;
  readonly environment: string;
  /** `<root>/.fairlead/local/<environment>` */
  readonly folder: string;
  readonly releases: string;
  readonly logs: string;
  /** What instances write before it becomes log lines. */
  readonly raw: string;
  readonly stateFile: string;
  readonly lockFile: string;
  readonly agentLog: string;
  readonly edgeLog: string;
  /** Unix sockets live outside the repository, since their paths may have no more than about 100 bytes. */
  readonly socketFolder: string;
  readonly agentSocket: string;
  readonly edgeSocket: string;
}

export interface RuntimeFolderOptions {
  readonly root: string;
  readonly environment: string;
  /** XDG_RUNTIME_DIR or the system's folder for temporary files. */
  readonly socketHome: string;
  /** The user's number; null where the system has none. */
  readonly uid: number | null;
}

/** The longest socket path that every system takes, in bytes (macOS: 104 with the closing zero). */
const SOCKET_PATH_MAX = 103;

/** Names every path of a runtime; touches no disk but to resolve links in the repository's own path. */
export function runtimeFolder({ root, environment, socketHome, uid }: RuntimeFolderOptions): RuntimeFolder {
  const real = realpathSync(root);
  const folder = join(real, ".fairlead", "local", environment);
  const name = createHash("sha256").update(`${real}\0${environment}`).digest("hex").slice(0, 16);
  const socketFolder = join(socketHome, `fairlead-${uid ?? "me"}`);
  return {
    root: real,
    environment,
    folder,
    releases: join(folder, "releases"),
    logs: join(folder, "logs"),
    raw: join(folder, "raw"),
    stateFile: join(folder, "agent.json"),
    lockFile: join(folder, "agent.lock"),
    agentLog: join(folder, "agent.log"),
    edgeLog: join(folder, "edge.log"),
    socketFolder,
    agentSocket: join(socketFolder, `${name}.agent`),
    edgeSocket: join(socketFolder, `${name}.edge`),
  };
}

/** Makes the folders, for their owner alone, or says why they cannot be used. */
export function prepareRuntime(runtime: RuntimeFolder, uid: number | null): Diagnostic | null {
  if (Buffer.byteLength(runtime.agentSocket) > SOCKET_PATH_MAX)
    return problem(
      `the path ${runtime.agentSocket} is too long for a Unix socket`,
      "Set XDG_RUNTIME_DIR or TMPDIR to a short folder of your own.",
    );
  try {
    for (const folder of [runtime.folder, runtime.releases, runtime.logs, runtime.raw, runtime.socketFolder])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const folder of [runtime.folder, runtime.socketFolder]) {
      const found = lstatSync(folder);
      if (!found.isDirectory()) return problem(`${folder} is not a folder`, "Remove it, or move it away.");
      if (uid !== null && found.uid !== uid)
        return problem(
          `${folder} belongs to user ${found.uid}, not to you`,
          "Remove it as its owner, or set TMPDIR to a folder of your own.",
        );
      if ((found.mode & 0o077) !== 0)
        return problem(
          `${folder} is open to other users (mode ${(found.mode & 0o777).toString(8)})`,
          `Run: chmod 700 ${folder}`,
        );
    }
    return null;
  } catch (error) {
    return problem(
      `the local target cannot use ${runtime.folder}: ${error instanceof Error ? error.message : String(error)}`,
      "Make the folder writable, or free some disk space.",
    );
  }
}

function problem(summary: string, hint: string): Diagnostic {
  return { code: "local-runtime-unusable", severity: "error", summary, hint };
}
