import { suggest } from "../diagnostics/suggest.ts";
import type { Digest, Oid } from "../model/basics.ts";
import type { Artifact } from "../model/catalog.ts";
import { digestOf } from "../model/digest.ts";
import type { Tree } from "../model/tree.ts";
import type { Runs } from "./facts.ts";
import type { PathProblem } from "./path-problem.ts";

export interface ArtifactFinding {
  readonly artifact: Artifact;
  readonly artifactDigest: Digest;
  readonly problems: readonly PathProblem[];
}

/**
 * Looks up what services run: the Git ids of their code in a Tree, the versions of their templates. Each question is
 * answered once, however many services and environments ask it.
 */
export function artifactFinder(
  tree: Tree,
  templates: ReadonlyMap<string, string>,
): (runs: Runs) => Promise<ArtifactFinding> {
  const findings = new Map<string, Promise<ArtifactFinding>>();
  return (runs) => {
    const question = JSON.stringify(runs);
    let finding = findings.get(question);
    if (!finding) {
      finding = find(runs, tree, templates).then((found) => ({ ...found, artifactDigest: digestOf(found.artifact) }));
      findings.set(question, finding);
    }
    return finding;
  };
}

type Found = Omit<ArtifactFinding, "artifactDigest">;

async function find(runs: Runs, tree: Tree, templates: ReadonlyMap<string, string>): Promise<Found> {
  switch (runs.is) {
    case "nothing":
      return { artifact: { kind: "none" }, problems: [] };
    case "image":
      return { artifact: { kind: "image", reference: runs.reference }, problems: [] };
    case "template":
      return templateArtifact(runs.template, templates);
    case "files": {
      const trees: Record<string, Oid> = {};
      const problems: PathProblem[] = [];
      const add = async (path: string, keys: readonly string[]): Promise<void> => {
        const id = await tree.idAt(path);
        if (id !== null) trees[path] = id;
        else problems.push(missingPath(path, keys));
      };
      if (runs.source !== null) await add(runs.source, ["source"]);
      for (const [index, path] of runs.watch.entries()) await add(path, ["watch", String(index)]);
      return { artifact: { kind: "files", trees }, problems };
    }
  }
}

function templateArtifact(template: string, templates: ReadonlyMap<string, string>): Found {
  const version = templates.get(template);
  if (version !== undefined) return { artifact: { kind: "template", template, version }, problems: [] };
  const known = [...templates.keys()].sort();
  const meant = suggest(template, known);
  return {
    artifact: { kind: "none" },
    problems: [
      {
        keys: ["template"],
        at: "value",
        problem: {
          code: "template-not-available",
          severity: "error",
          summary: `the template \`${template}\` is not in this version of Fairlead`,
          detail: `There ${known.length === 1 ? "is" : "are"}: ${known.join(", ") || "none"}. php and flask come with a later version.`,
          hint: meant === undefined ? "use `command` and `source` with code of your own" : `did you mean \`${meant}\`?`,
        },
      },
    ],
  };
}

function missingPath(path: string, keys: readonly string[]): PathProblem {
  return {
    keys,
    at: "value",
    problem: {
      code: "path-missing",
      severity: "error",
      summary: `there is nothing at \`${path}\``,
      detail: "Paths are relative to the top of the repository; files that Git ignores do not count.",
      hint: "correct the path, or commit what is missing",
    },
  };
}
