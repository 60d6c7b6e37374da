import type { ServiceId } from "../model/basics.ts";
import type { EnvironmentReview } from "./review.ts";

/** Which other open pull requests touch the files, or the code, of services that this one changes; by service, sorted. */
export function touching(
  environments: readonly EnvironmentReview[],
  others: readonly { readonly pull: { readonly number: number }; readonly files: readonly string[] }[],
): ReadonlyMap<ServiceId, readonly number[]> {
  const places = new Map<ServiceId, Set<string>>();
  for (const { plan, pending } of environments)
    for (const { service, file, before, after } of plan?.steps ?? []) {
      if (pending.has(service)) continue;
      const known = places.get(service) ?? new Set();
      places.set(service, known);
      if (file !== undefined) known.add(file);
      for (const side of [before, after])
        for (const path of [side?.spec.source, ...(side?.spec.watch ?? [])]) if (path !== undefined) known.add(path);
    }
  const found = new Map<ServiceId, readonly number[]>();
  for (const [service, paths] of places) {
    const numbers = others
      .filter(({ files }) =>
        files.some((file) => [...paths].some((path) => file === path || file.startsWith(`${path}/`))),
      )
      .map(({ pull }) => pull.number);
    if (numbers.length > 0)
      found.set(
        service,
        numbers.sort((a, b) => a - b),
      );
  }
  return found;
}
