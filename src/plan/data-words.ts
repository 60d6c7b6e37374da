import type { Step } from "../model/plan.ts";
import type { Spec } from "../model/service.ts";
import { hasVolumes } from "./last-applied.ts";

/** What becomes of the data in the volumes of a service that is deleted or replaced, a sentence each. Not escaped. */
export function dataWords({ action, before, after }: Pick<Step, "action" | "before" | "after">): string[] {
  if ((action !== "delete" && action !== "replace") || before === null) return [];
  const now = after === null ? null : pathsOf(after.spec);
  const [kept, left]: [string[], string[]] = [[], []];
  for (const [name, path] of pathsOf(before.spec)) (now !== null && now.get(name) !== path ? left : kept).push(path);
  return [
    ...left.slice(0, TOLD_MAX).map((path) => `Data in \`${path}\` is not moved`),
    ...kept.slice(0, TOLD_MAX).map((path) => `Data in \`${path}\` stays`),
  ];
}

const TOLD_MAX = 5;

function pathsOf(spec: Spec): ReadonlyMap<string, string> {
  if (!hasVolumes(spec)) return new Map();
  const volumes = Object.entries(spec.volumes as Readonly<Record<string, unknown>>);
  return new Map(
    volumes.flatMap(([name, volume]) => {
      const path = typeof volume === "object" && volume !== null && "path" in volume ? volume.path : undefined;
      return typeof path === "string" ? [[name, path] as const] : [];
    }),
  );
}
