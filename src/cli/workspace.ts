import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadProject } from "../catalog/load-project.ts";
import { fetchedRefStore } from "../git/fetched-ref-store.ts";
import { localRefStore } from "../git/local-ref-store.ts";
import { remoteRefStore } from "../git/remote-ref-store.ts";
import { openRepository, type Repository } from "../git/repository.ts";
import { statCache } from "../git/stat-cache.ts";
import { workingTree } from "../git/working-tree.ts";
import type { Oid } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Project } from "../model/project.ts";
import type { RefStore } from "../model/ref-store.ts";
import type { Tree } from "../model/tree.ts";
import { templateVersions } from "../scaffold/template-versions.ts";
import type { Face } from "./face.ts";

/** What is declared, as one look found it: the working folder, or a commit. */
export interface Look {
  readonly tree: Tree;
  readonly project: Project;
  readonly diagnostics: readonly Diagnostic[];
  /** The commit it stands for, and whether it may differ from it. Asked only where somebody wants to know: it costs a status. */
  origin(): Promise<{ readonly commit: Oid | null; readonly dirty: boolean }>;
}

/** The folder a command works in: its Git, its files as they are now, its caches. */
export interface Workspace {
  readonly repository: Repository;
  /** Template name to version, of the installed package. */
  readonly templates: ReadonlyMap<string, string>;
  /** The working folder as it is at this moment, and what `fairlead.yaml` says. */
  look(): Promise<Look>;
  /** Where an environment's State lives: on this machine, or on the remote that the team shares; null: no remote. */
  refsOf(environment: string): Promise<{ readonly refs: RefStore; readonly remote: string | null }>;
  /** From now on remotes are not asked: what was fetched of them last has to do. */
  goOffline(): void;
  /** Inside Git's own folder, which no commit can put anything into: what lies there is ours. May be deleted at any time. */
  readonly cacheFolder: string;
  /** A file of the cache; null when absent. Caches are never a reason to fail. */
  readCache(name: string): Buffer | null;
  writeCache(name: string, content: string | Uint8Array): void;
  close(): Promise<void>;
}

export async function openWorkspace(face: Face): Promise<Workspace> {
  const repository = await openRepository(face.directory, face.env);
  const cacheFolder = join(repository.gitDir, "fairlead", "cache");
  const cacheFile = (name: string): string => join(cacheFolder, name);
  const readCache = (name: string): Buffer | null => {
    try {
      return readFileSync(cacheFile(name));
    } catch {
      return null;
    }
  };
  const stats = statCache(parsed(readCache("stat.json")));
  let statsText = "";
  let offline = false;

  const workspace: Workspace = {
    repository,
    templates: templateVersions(),
    async look() {
      const tree = workingTree(repository, { cache: stats, now: face.clock.now });
      const { value: project, diagnostics } = await loadProject(tree);
      const origin = async () => {
        const [commit, dirty] = await Promise.all([repository.headCommit(), repository.isDirty()]);
        return { commit, dirty };
      };
      return { tree, project, diagnostics, origin };
    },
    async refsOf(environment) {
      // Development is everyone's own: its State stays on the machine. What a team shares is on the remote, where there is one.
      const remote = environment === "development" ? null : await repository.defaultRemote();
      if (remote === null) return { refs: localRefStore(repository), remote };
      return { refs: offline ? fetchedRefStore(repository, remote) : remoteRefStore(repository, remote), remote };
    },
    goOffline() {
      offline = true;
    },
    cacheFolder,
    readCache,
    writeCache(name, content) {
      const file = cacheFile(name);
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(`${file}.new`, content);
        renameSync(`${file}.new`, file);
      } catch {
        // A read-only folder or a full disk: the next run is slower, nothing else.
      }
    },
    async close() {
      const text = JSON.stringify(stats);
      if (text !== statsText) workspace.writeCache("stat.json", text);
      statsText = text;
      await repository.close();
    },
  };
  return workspace;
}

function parsed(content: Buffer | null): unknown {
  try {
    return content === null ? undefined : JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}
