/** How much of each part of a text is shown. Infinity: all of it. */
export interface Cut {
  readonly notes: number;
  readonly pending: number;
  readonly since: number;
  readonly diffs: number;
  readonly others: number;
  readonly warnings: number;
  readonly rows: number;
  readonly commands: number;
  readonly errors: number;
  /** Deletes, replaces and protected services with a row of their own; the others are listed by id. */
  readonly graveRows: number;
  readonly graveIds: number;
  readonly sections: number;
}

export type Part = keyof Cut;

/** A stretch of a text, and what was left out of it: `12 notes`. */
export interface Shown {
  readonly blocks: readonly string[];
  readonly leftOut: readonly string[];
}

export const NOTHING: Shown = { blocks: [], leftOut: [] };

/** All of it. */
export const WHOLE: Cut = {
  notes: Number.POSITIVE_INFINITY,
  pending: Number.POSITIVE_INFINITY,
  since: Number.POSITIVE_INFINITY,
  diffs: Number.POSITIVE_INFINITY,
  others: Number.POSITIVE_INFINITY,
  warnings: Number.POSITIVE_INFINITY,
  rows: Number.POSITIVE_INFINITY,
  commands: Number.POSITIVE_INFINITY,
  errors: Number.POSITIVE_INFINITY,
  graveRows: Number.POSITIVE_INFINITY,
  graveIds: Number.POSITIVE_INFINITY,
  sections: Number.POSITIVE_INFINITY,
};

/**
 * What is cut, in this order, and the least that stays of it. What a reader can do without comes first. That deletes, replaces
 * and errors exist is never cut; only where even their bare ids are too much for GitHub are some of those counted instead.
 */
const ORDER: readonly (readonly [Part, least: number])[] = [
  ["notes", 0],
  ["pending", 0],
  ["since", 0],
  ["diffs", 0],
  ["others", 0],
  ["warnings", 0],
  ["rows", 0],
  ["commands", 3],
  ["errors", 3],
  ["graveRows", 0],
  ["graveIds", 0],
  ["sections", 0],
];

/** More than any repository has of anything. */
const AMOUNT_MAX = 1_000_000;

/** The longest text within `limit` bytes of UTF-8: each part is cut only when all parts before it are cut to the least. */
export function fitted(limit: number, compose: (cut: Cut) => string): string {
  const fits = (text: string): boolean => Buffer.byteLength(text) <= limit;
  const whole = compose(WHOLE);
  if (fits(whole)) return whole;
  let cut = WHOLE;
  for (const [part, least] of ORDER) {
    const shortest = compose({ ...cut, [part]: least });
    if (fits(shortest)) return longest(shortest, least, (amount) => compose({ ...cut, [part]: amount }));
    cut = { ...cut, [part]: least };
  }
  return compose(cut);

  /** By doubling until it does not fit, then by halves: some thirty texts at most. */
  function longest(shortest: string, least: number, at: (amount: number) => string): string {
    let best = shortest;
    let fitting = least;
    let step = 1;
    for (; step < AMOUNT_MAX; step *= 2) {
      const text = at(least + step);
      if (!fits(text)) break;
      [best, fitting] = [text, least + step];
    }
    for (step = Math.floor(step / 2); step >= 1; step = Math.floor(step / 2)) {
      const text = at(fitting + step);
      if (fits(text)) [best, fitting] = [text, fitting + step];
    }
    return best;
  }
}
