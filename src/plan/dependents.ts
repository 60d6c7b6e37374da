import type { ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";

/** Answers who depends on a service, directly or through others, sorted: whom its change may touch. */
export function dependentsOf({ services }: Catalog): (service: ServiceId) => readonly ServiceId[] {
  const direct = new Map<ServiceId, ServiceId[]>();
  for (const [id, { dependencies }] of services)
    for (const dependency of dependencies) {
      const known = direct.get(dependency);
      if (known) known.push(id);
      else direct.set(dependency, [id]);
    }
  return (service) => {
    const found = new Set<ServiceId>();
    const open = [service];
    for (let next = open.pop(); next !== undefined; next = open.pop())
      for (const dependent of direct.get(next) ?? [])
        if (dependent !== service && !found.has(dependent)) {
          found.add(dependent);
          open.push(dependent);
        }
    return [...found].sort();
  };
}
