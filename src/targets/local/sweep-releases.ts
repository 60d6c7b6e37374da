import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ServiceWish } from "./service-wish.ts";

/** Removes `releases/<service>/<number>` of releases of which nothing is wanted or left. */
export function sweepReleases(releases: string, wishes: readonly ServiceWish[]): void {
  const kept = new Set(wishes.flatMap(({ service, groups }) => groups.map(({ release }) => `${service}/${release}`)));
  for (const service of entries(releases))
    for (const release of entries(join(releases, service)))
      if (!kept.has(`${service}/${release}`))
        rmSync(join(releases, service, release), { recursive: true, force: true });
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
