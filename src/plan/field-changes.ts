import { isDeepStrictEqual } from "node:util";
import type { Artifact } from "../model/catalog.ts";
import type { FieldChange } from "../model/plan.ts";
import type { Spec } from "../model/service.ts";
import { type Costs, impactAt, type Leaf, leavesOf } from "./leaves.ts";

/** One side of a comparison. */
export interface Side {
  readonly spec: Spec;
  readonly artifact: Artifact;
  /** Versions of the secrets it uses, by name: another version is a change wherever it is referred to. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Every field that differs, sorted by path, with typed values and what the change costs. Lists are compared as a whole. */
export function fieldChanges(before: Side, after: Side, costs: Costs): FieldChange[] {
  const old = byKey(leavesOf(before.spec, before.secrets, costs));
  const now = byKey(leavesOf(after.spec, after.secrets, costs));
  const changes: FieldChange[] = [];
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const was = old.get(key);
    const is = now.get(key);
    const leaf = is ?? was;
    if (!leaf || (was && is && isDeepStrictEqual(was.value, is.value))) continue;
    // An empty mapping that got its first key, or lost its last, is told by that key alone.
    if ((was === undefined || is === undefined) && isEmptyMapping(leaf.value) && hasBelow(is ? old : now, leaf.path))
      continue;
    const { path, impact, format } = leaf;
    changes.push({
      path,
      ...(was ? { before: was.value } : {}),
      ...(is ? { after: is.value } : {}),
      impact,
      ...(format === undefined ? {} : { format }),
    });
  }
  const bySpec = new Set(changes.map(({ path }) => path[0]));
  changes.push(...codeChanges(before, after, bySpec, costs));
  return changes.sort((a, b) => byPath(a.path, b.path));
}

/**
 * The code's own change: `source` with the Git ids before and after, each further path under `watch`, or the version of a
 * template. A path that the spec itself adds, drops or renames is told by the spec's own field.
 */
function codeChanges(before: Side, after: Side, bySpec: ReadonlySet<string | undefined>, costs: Costs): FieldChange[] {
  const was = before.artifact;
  const is = after.artifact;
  if (isDeepStrictEqual(was, is)) return [];
  const change = (
    path: readonly string[],
    values: { readonly before: unknown; readonly after: unknown },
  ): FieldChange => ({
    path,
    ...values,
    impact: impactAt(costs, path),
  });
  if (was.kind === "files" && is.kind === "files") {
    const both = Object.keys(is.trees).filter(
      (path) => Object.hasOwn(was.trees, path) && was.trees[path] !== is.trees[path],
    );
    const changes = both.map((path) =>
      change(path === after.spec.source ? ["source"] : ["watch", path], {
        before: was.trees[path],
        after: is.trees[path],
      }),
    );
    if (changes.length > 0 || bySpec.has("source") || bySpec.has("watch")) return changes;
  }
  if (was.kind === "template" && is.kind === "template" && was.template === is.template)
    return [change(["template"], { before: `${was.template} ${was.version}`, after: `${is.template} ${is.version}` })];
  if (["source", "watch", "image", "template", "external"].some((key) => bySpec.has(key))) return [];
  return [change(["source"], { before: was, after: is })];
}

function byKey(leaves: readonly Leaf[]): Map<string, Leaf> {
  return new Map(leaves.map((leaf) => [JSON.stringify(leaf.path), leaf]));
}

function isEmptyMapping(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

function hasBelow(leaves: ReadonlyMap<string, { readonly path: readonly string[] }>, path: readonly string[]): boolean {
  for (const leaf of leaves.values())
    if (leaf.path.length > path.length && path.every((key, index) => leaf.path[index] === key)) return true;
  return false;
}

function byPath(a: readonly string[], b: readonly string[]): number {
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}
