import type { Diagnostic, SourceRange } from "../model/diagnostic.ts";
import { SHORT_FORMS } from "./overlay.ts";
import type { Problem } from "./problem.ts";
import type { KeyPath, SourceFile, Spot } from "./source-file.ts";

/** One text that a merged service came from: the part of `file` under `prefix`. */
export interface Layer {
  readonly file: SourceFile;
  readonly prefix: KeyPath;
}

/** Where the values of a merged service come from: each points to the text that it was really written in. */
export interface Origin {
  /** The value at a path, or the nearest parent that is there. */
  rangeOf(keys: KeyPath): SourceRange;
  /** A problem with the value at a path, or with its key. */
  diagnosticAt(keys: KeyPath, at: "value" | "key", problem: Omit<Problem, "start" | "end">): Diagnostic;
}

/**
 * Layers are given topmost first: overlay, file, defaults of `fairlead.yaml`. A path is looked up in the topmost layer that
 * has all of it; where none has, in the one that has most of it, the service's own file before its overlay.
 */
export function origin(layers: readonly [Layer, ...Layer[]]): Origin {
  const locate = (keys: KeyPath): { readonly file: SourceFile; readonly spot: Spot } => {
    const found = layers.map((layer) => ({ file: layer.file, ...deepest(layer, keys) }));
    const whole = found.find((one) => one.depth === keys.length);
    const own = layers.findIndex((layer) => layer.prefix.length === 0);
    const best = found.reduce((a, b) => (b.depth > a.depth ? b : a), found[own] ?? first(found));
    return whole ?? best;
  };
  return {
    rangeOf(keys) {
      const { file, spot } = locate(keys);
      return file.rangeAt(...spot.value);
    },
    diagnosticAt(keys, at, problem) {
      const { file, spot } = locate(keys);
      const [start, end] = spot[at];
      return file.diagnostic({ ...problem, start, end });
    },
  };
}

/** How much of a path a layer has, below its prefix; -1 where not even the prefix is there. */
function deepest(layer: Layer, keys: KeyPath): { readonly depth: number; readonly spot: Spot } {
  const spot = layer.file.find([...layer.prefix, ...keys]);
  const depth = spot.depth - layer.prefix.length;
  const short = depth < keys.length ? shortForm(keys) : null;
  if (short) {
    const shortSpot = layer.file.find([...layer.prefix, ...short]);
    if (shortSpot.depth === layer.prefix.length + short.length) return { depth: keys.length, spot: shortSpot };
  }
  return { depth: Math.max(depth, -1), spot };
}

/** What was written as `configuration.port` is looked for as `networking.port`. */
function shortForm(keys: KeyPath): KeyPath | null {
  for (const [key, [block, name]] of Object.entries(SHORT_FORMS))
    if (keys.length === 2 && keys[0] === block && keys[1] === name) return ["configuration", key];
  return null;
}

function first<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new Error("an origin has at least one layer");
  return one;
}
