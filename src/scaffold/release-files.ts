import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ArtifactStore } from "../git/artifact-store.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Release } from "../model/state.ts";
import type { ReleaseFiles } from "../model/target.ts";
import { renderTemplate } from "./render-template.ts";
import { templateVersions } from "./template-versions.ts";

export interface ReleaseFilesInput {
  readonly artifacts: Pick<ArtifactStore, "checkout">;
  /** Fairlead's own folder: rendered templates run on its dependencies. */
  readonly packageRoot: string;
  /** The repository: its installed dependencies are what its services run on. */
  readonly root?: string;
}

type Materialised = Awaited<ReturnType<ReleaseFiles["materialise"]>>;

/** Fills a folder with what a release runs: its files from Git, or its rendered template, with dependencies linked. */
export function releaseFiles(input: ReleaseFilesInput): ReleaseFiles {
  return {
    async materialise(release, folder) {
      const refused = (diagnostic: Diagnostic): Materialised => ({
        is: "refused",
        diagnostic: { ...diagnostic, service: release.service },
      });
      try {
        const { artifact } = release;
        if (artifact.kind === "template") return await rendered(release, artifact, folder, input, refused);
        if (artifact.kind === "files") return await checkedOut(release, artifact.trees, folder, input, refused);
      } catch (error) {
        return refused({
          code: "release-files-missing",
          severity: "error",
          summary: `the files of ${release.service} r${release.number} cannot be written: ${(error as Error).message}`,
          hint: "Free some disk space, or make the folder writable.",
        });
      }
      return refused(nothingToRun(release));
    },
  };
}

async function rendered(
  release: Release,
  artifact: { readonly template: string; readonly version: string },
  folder: string,
  { packageRoot }: ReleaseFilesInput,
  refused: (diagnostic: Diagnostic) => Materialised,
): Promise<Materialised> {
  const { template, version } = artifact;
  if (templateVersions().get(template) !== version)
    return refused({
      code: "template-not-available",
      severity: "error",
      summary: `${release.service} r${release.number} runs another version of the template \`${template}\` than this Fairlead has`,
      detail: "A release runs exactly what its plan showed.",
      hint: "Apply again for a release of the template as it is now, or go back to the Fairlead that made this one.",
    });
  const files = renderTemplate({ template, spec: release.spec });
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { flag: "wx" });
  }
  const { dependencies } = JSON.parse(files.get("package.json") ?? "{}") as { dependencies?: Record<string, string> };
  await mkdir(join(folder, "node_modules"));
  for (const name of Object.keys(dependencies ?? {})) {
    const installed = installedPackage(name, packageRoot);
    if (installed === null)
      return refused({
        code: "release-files-missing",
        severity: "error",
        summary: `the template \`${template}\` needs the package \`${name}\`, which is not installed beside Fairlead`,
        hint: "run `npm install`",
      });
    await symlink(installed, join(folder, "node_modules", name));
  }
  return { is: "ready", cwd: folder, command: ["node", "server.js"] };
}

async function checkedOut(
  release: Release,
  trees: Readonly<Record<string, string>>,
  folder: string,
  { artifacts, root }: ReleaseFilesInput,
  refused: (diagnostic: Diagnostic) => Materialised,
): Promise<Materialised> {
  const { command, source = "" } = release.spec;
  if (command === undefined) return refused(nothingToRun(release));
  const [problem] = await artifacts.checkout(trees, folder);
  if (problem) return refused(problem);
  // The source's own dependencies before the repository's: Node looks for them in this order, too.
  for (const owner of new Set([source, ""])) {
    const link = join(folder, owner, "node_modules");
    if (root !== undefined && existsSync(join(root, owner, "node_modules")) && !existsSync(link))
      await symlink(join(root, owner, "node_modules"), link);
  }
  return { is: "ready", cwd: join(folder, source), command };
}

/** Where npm put a package: beside Fairlead's own files, or in a folder above that it shares with others. */
function installedPackage(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (folder === dirname(folder)) return null;
  }
}

function nothingToRun(release: Release): Diagnostic {
  return {
    code: "release-files-missing",
    severity: "error",
    summary: `${release.service} r${release.number} has no command to run with files of its own`,
    hint: "give it a `template`, or a `command` with `source`",
  };
}
