import stringWidth from "fast-string-width";
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

const BOX = { width: 184, height: 36 } as const;
/** What a line needs where it passes a layer without stopping. */
const PASSING_HEIGHT = 8;
const GAP = { across: 76, down: 12 } as const;
/** Room around the boxes for the outline of one that has the focus. */
const MARGIN = 4;
/** In columns of a terminal, since a box holds half as many Chinese characters as Latin ones. */
const LABEL_WIDTH_MAX = 18;
/** Going forth and back over the layers stops paying off soon. */
const SWEEPS = 8;

/**
 * Layers by depth: a service stands left of everything that it needs, and as far left as nothing that needs it stands. A line
 * that passes a layer has a place of its own there, so that it runs through no box. Within a layer services are put near those
 * that they have lines to (the method of Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical
 * System Structures", 1981, with barycentres). Pure; the same services, the same drawing. Null where dependencies are not
 * published.
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
  const { layers, lines, steps } = withPassing(
    layersOf(
      ids.filter((id) => !isAlone(id)),
      needs,
    ),
    needs,
  );
  const rows = ordered(layers, { needs: steps, neededBy: inverse(steps) });

  const heightOf = (place: string): number => (known.has(place) ? BOX.height : PASSING_HEIGHT);
  const tallOf = (layer: readonly string[]): number =>
    layer.reduce((sum, place) => sum + heightOf(place) + GAP.down, -GAP.down);
  const tallest = Math.max(0, ...rows.map(tallOf));
  const places = new Map<string, { readonly x: number; readonly y: number }>();
  for (const [column, layer] of rows.entries()) {
    let y = MARGIN + (tallest - tallOf(layer)) / 2;
    for (const place of layer) {
      places.set(place, { x: MARGIN + column * (BOX.width + GAP.across), y });
      y += heightOf(place) + GAP.down;
    }
  }
  const boxes = rows.flat().flatMap((id): readonly MapBox[] => {
    const service = known.get(id);
    const place = places.get(id);
    if (service === undefined || place === undefined) return [];
    return [{ id, name: service.name, label: cut(service.name), verdict: service.verdict, ...place }];
  });
  return {
    width: Math.max(0, rows.length * (BOX.width + GAP.across) - GAP.across + 2 * MARGIN),
    height: tallest + 2 * MARGIN,
    boxes,
    lines: lines.map((line) => ({
      path: pathOf(
        line.map((place) => {
          const { x, y } = places.get(place) ?? { x: 0, y: 0 };
          return { x, y: y + heightOf(place) / 2 };
        }),
      ),
      to: known.get(line.at(-1) ?? "")?.verdict ?? "unknown",
    })),
    alone: ids.filter(isAlone),
  };
}

function cut(name: string): string {
  if (stringWidth(name) <= LABEL_WIDTH_MAX) return name;
  let label = "";
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (stringWidth(label + segment) >= LABEL_WIDTH_MAX) break;
    label += segment;
  }
  return `${label.trimEnd()}…`;
}

/** Adds a place to each layer that a line passes. `lines` are the places along each line, `steps` what follows each place. */
function withPassing(
  layers: readonly (readonly ServiceId[])[],
  needs: ReadonlyMap<ServiceId, readonly ServiceId[]>,
): {
  readonly layers: readonly (readonly string[])[];
  readonly lines: readonly (readonly string[])[];
  readonly steps: ReadonlyMap<string, readonly string[]>;
} {
  const depths = new Map(layers.flatMap((layer, depth) => layer.map((id) => [id, depth] as const)));
  const all: string[][] = layers.map((layer) => [...layer]);
  const lines: string[][] = [];
  const steps = new Map<string, string[]>();
  for (const from of layers.flat()) {
    for (const to of needs.get(from) ?? []) {
      const line: string[] = [from];
      for (let depth = (depths.get(from) ?? 0) + 1; depth < (depths.get(to) ?? 0); depth++) {
        // No service id has a space in it.
        const passing = `${from} ${to} ${depth}`;
        all[depth]?.push(passing);
        line.push(passing);
      }
      line.push(to);
      lines.push(line);
      for (const [index, place] of line.slice(0, -1).entries())
        steps.set(place, [...(steps.get(place) ?? []), line[index + 1] ?? to]);
    }
  }
  return { layers: all, lines, steps };
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

/** From box to box in curves, straight across the boxes' width where it passes. */
function pathOf(points: readonly { readonly x: number; readonly y: number }[]): string {
  const bend = GAP.across / 2;
  let path = "";
  for (const [index, { x, y }] of points.entries()) {
    const next = points[index + 1];
    if (next === undefined) break;
    const right = x + BOX.width;
    path += index === 0 ? `M${right} ${y}` : `H${right}`;
    path += `C${right + bend} ${y} ${next.x - bend} ${next.y} ${next.x} ${next.y}`;
  }
  return path;
}
