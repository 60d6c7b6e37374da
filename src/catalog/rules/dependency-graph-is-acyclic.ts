import type { ServiceId } from "../../model/basics.ts";
import type { CatalogContext, CatalogRule } from "../rule.ts";

/** Every group of services that need each other is reported once, by its shortest circle from the group's first id. */
export const dependencyGraphIsAcyclic: CatalogRule = {
  code: "dependency-cycle",
  fact: "dependencyGraphIsAcyclic",
  *find(context) {
    for (const group of entangled(context)) {
      const circle = shortestCircle(context, group);
      const [from, to] = circle;
      const service = from === undefined ? undefined : context.byId.get(from);
      if (service === undefined || to === undefined) continue;
      yield {
        service,
        keys: ["dependencies", String(service.facts.dependencies.indexOf(to))],
        at: "value",
        problem: {
          code: "dependency-cycle",
          severity: "error",
          summary:
            from === to
              ? `\`${from}\` depends on itself`
              : `services depend on each other in a circle: ${circle.join(" → ")}`,
          detail: "Dependencies are brought up first, so a circle has no beginning.",
          hint: "remove one of these dependencies",
        },
      };
    }
  },
};

/** Strongly connected components with a circle in them (Tarjan 1972), iterative: a chain of 10,000 must not overflow the stack. */
function entangled({ services, byId }: CatalogContext): ServiceId[][] {
  const order = new Map<ServiceId, number>();
  const low = new Map<ServiceId, number>();
  const onStack = new Set<ServiceId>();
  const stack: ServiceId[] = [];
  const groups: ServiceId[][] = [];
  const enter = (id: ServiceId) => {
    order.set(id, order.size);
    low.set(id, order.size - 1);
    stack.push(id);
    onStack.add(id);
    return { id, next: 0, dependencies: byId.get(id)?.facts.dependencies ?? [] };
  };
  const lower = (id: ServiceId, to: number) => low.set(id, Math.min(low.get(id) ?? to, to));

  for (const { facts } of services) {
    if (order.has(facts.id)) continue;
    const work = [enter(facts.id)];
    for (let frame = work.at(-1); frame; frame = work.at(-1)) {
      const dependency = frame.dependencies[frame.next++];
      if (dependency !== undefined) {
        if (!byId.has(dependency)) continue;
        if (!order.has(dependency)) work.push(enter(dependency));
        else if (onStack.has(dependency)) lower(frame.id, order.get(dependency) ?? 0);
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent) lower(parent.id, low.get(frame.id) ?? 0);
      if (low.get(frame.id) !== order.get(frame.id)) continue;
      const group = stack.splice(stack.lastIndexOf(frame.id));
      for (const id of group) onStack.delete(id);
      if (group.length > 1 || frame.dependencies.includes(frame.id)) groups.push(group.sort());
    }
  }
  return groups;
}

/** Breadth first from the group's first id back to itself. */
function shortestCircle({ byId }: CatalogContext, group: readonly ServiceId[]): ServiceId[] {
  const [start] = group;
  if (start === undefined) return [];
  const within = new Set(group);
  const cameFrom = new Map<ServiceId, ServiceId>();
  const queue: ServiceId[] = [start];
  for (const id of queue) {
    for (const dependency of byId.get(id)?.facts.dependencies ?? []) {
      if (dependency === start) {
        const circle = [start];
        for (let at: ServiceId | undefined = id; at !== undefined; at = cameFrom.get(at)) circle.unshift(at);
        return circle;
      }
      if (!within.has(dependency) || cameFrom.has(dependency)) continue;
      cameFrom.set(dependency, id);
      queue.push(dependency);
    }
  }
  return [];
}
