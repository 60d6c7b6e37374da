import type { ServiceId } from "../model/basics.ts";
import type { Verdict } from "../model/health.ts";
import type { SiteData } from "../model/site-data.ts";

/** A drawing of what needs what, in units of the SVG's box. */
export interface DependencyMap {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly MapBox[];
  /** From a service to one that it needs. */
  readonly lines: readonly { readonly path: string; readonly to: Verdict }[];
  /** Services without a line. */
  readonly alone: readonly ServiceId[];
}

export interface MapBox {
  readonly id: ServiceId;
  readonly name: string;
  /** The name, cut to the box. */
  readonly label: string;
  readonly verdict: Verdict;
  readonly x: number;
  readonly y: number;
}

export const BOX = { width: 184, height: 36 } as const;
const GAP = { across: 76, down: 12 } as const;
/** Room around the boxes for the outline of one that has the focus. */
const MARGIN = 4;
const LABEL_MAX = 21;
/** Going forth and back over the layers stops paying off soon. */
const SWEEPS = 8;

/**
 * Layers by depth: a service stands left of everything that it needs, and as far left as nothing that needs it stands.
 * Within a layer services are put near those that they have lines to (the barycentre method of Sugiyama, Tagawa and Toda,
 * "Methods for Visual Understanding of Hierarchical System Structures", 1981). Pure; the same services, the same drawing.
 * Null where dependencies are not published.
 */
export function dependencyMap({ services }: Pick<SiteData, "services">): DependencyMap | null {
  if (services.every(({ dependencies }) => dependencies === undefined)) return null;
  const known = new Map(services.map((service) => [service.id, service]));
  const needs = new Map(
    services.map(({ id, dependencies = [] }) => [
      id,
      dependencies.map((one) => one.id).filter((other) => other !== id && known.has(other)),
    ]),
  );
  const neededBy = inverse(needs);
  const isAlone = (id: ServiceId): boolean => (needs.get(id) ?? []).length + (neededBy.get(id) ?? []).length === 0;
  const ids = services.map(({ id }) => id);
  const layers = ordered(
    layersOf(
      ids.filter((id) => !isAlone(id)),
      needs,
    ),
    { needs, neededBy },
  );

  const tallest = Math.max(0, ...layers.map((layer) => layer.length));
  const step = BOX.height + GAP.down;
  const places = new Map<ServiceId, { readonly x: number; readonly y: number }>();
  for (const [column, layer] of layers.entries()) {
    const top = MARGIN + ((tallest - layer.length) * step) / 2;
    for (const [row, id] of layer.entries())
      places.set(id, { x: MARGIN + column * (BOX.width + GAP.across), y: top + row * step });
  }
  const boxes = layers.flat().flatMap((id): readonly MapBox[] => {
    const service = known.get(id);
    const place = places.get(id);
    if (service === undefined || place === undefined) return [];
    const { name, verdict } = service;
    return [
      { id, name, label: name.length > LABEL_MAX ? `${name.slice(0, LABEL_MAX - 1)}…` : name, verdict, ...place },
    ];
  });
  const lines = boxes.flatMap((from) =>
    (needs.get(from.id) ?? []).flatMap((id) => {
      const to = places.get(id);
      return to === undefined ? [] : [{ path: lineOf(from, to), to: known.get(id)?.verdict ?? ("unknown" as const) }];
    }),
  );
  return {
    width: Math.max(0, layers.length * (BOX.width + GAP.across) - GAP.across + 2 * MARGIN),
    height: Math.max(0, tallest * step - GAP.down + 2 * MARGIN),
    boxes,
    lines,
    alone: ids.filter(isAlone),
  };
}

function inverse(needs: ReadonlyMap<ServiceId, readonly ServiceId[]>): ReadonlyMap<ServiceId, readonly ServiceId[]> {
  const found = new Map<ServiceId, ServiceId[]>();
  for (const [from, others] of needs) for (const to of others) found.set(to, [...(found.get(to) ?? []), from]);
  return found;
}

/** The longest way from a service that nobody needs. Catalogs have no circles; a line that would close one is passed over. */
function layersOf(ids: readonly ServiceId[], needs: ReadonlyMap<ServiceId, readonly ServiceId[]>): ServiceId[][] {
  const order: ServiceId[] = [];
  const visited = new Set<ServiceId>();
  for (const start of ids) {
    // By hand, since a chain may be longer than the stack is deep.
    const stack = [{ id: start, next: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1);
      if (top === undefined) break;
      if (top.next === 0) {
        if (visited.has(top.id)) {
          stack.pop();
          continue;
        }
        visited.add(top.id);
      }
      const other = (needs.get(top.id) ?? [])[top.next++];
      if (other !== undefined) {
        if (!visited.has(other)) stack.push({ id: other, next: 0 });
      } else {
        order.push(top.id);
        stack.pop();
      }
    }
  }
  const rank = new Map(order.map((id, index) => [id, index]));
  const depths = new Map<ServiceId, number>();
  for (const id of order.toReversed()) {
    const depth = depths.get(id) ?? 0;
    depths.set(id, depth);
    for (const other of needs.get(id) ?? [])
      if ((rank.get(other) ?? 0) < (rank.get(id) ?? 0)) depths.set(other, Math.max(depths.get(other) ?? 0, depth + 1));
  }
  const layers: ServiceId[][] = [];
  for (const id of ids) {
    const depth = depths.get(id) ?? 0;
    while (layers.length <= depth) layers.push([]);
    layers[depth]?.push(id);
  }
  return layers;
}

function ordered(
  layers: readonly (readonly ServiceId[])[],
  {
    needs,
    neededBy,
  }: {
    readonly needs: ReadonlyMap<ServiceId, readonly ServiceId[]>;
    readonly neededBy: ReadonlyMap<ServiceId, readonly ServiceId[]>;
  },
): readonly (readonly ServiceId[])[] {
  const result = layers.map((layer) => [...layer]);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const near = sweep % 2 === 0 ? neededBy : needs;
    // Where each stands in its own layer, from the middle: layers are drawn centred.
    const heights = new Map(
      result.flatMap((layer) => layer.map((id, row) => [id, row - (layer.length - 1) / 2] as const)),
    );
    for (const layer of sweep % 2 === 0 ? result : result.toReversed()) {
      const wanted = new Map(
        layer.map((id) => {
          const others = (near.get(id) ?? []).map((other) => heights.get(other) ?? 0);
          const mean = others.reduce((sum, height) => sum + height, 0) / others.length;
          return [id, others.length === 0 ? (heights.get(id) ?? 0) : mean] as const;
        }),
      );
      layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || (a < b ? -1 : 1));
      for (const [row, id] of layer.entries()) heights.set(id, row - (layer.length - 1) / 2);
    }
  }
  return result;
}

function lineOf(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
): string {
  const x1 = from.x + BOX.width;
  const y1 = from.y + BOX.height / 2;
  const y2 = to.y + BOX.height / 2;
  const bend = GAP.across / 2;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`;
}
