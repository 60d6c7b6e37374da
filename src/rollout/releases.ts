import type { Release } from "../model/state.ts";
import type { Turn } from "./turn.ts";

/** The release being brought in: every strategy but `retire` has one. */
export function goalOf(turn: Turn): Release {
  const { to } = turn.input;
  if (to === null || to.number !== turn.rollout.to)
    throw new TypeError(`rollout ${turn.rollout.id} brings in r${turn.rollout.to}, which was not handed in`);
  return to;
}

/** The release to go back to; null: there is none. A record that names one and cannot show it is a bug of ours. */
export function stableOf(turn: Turn): Release | null {
  const { from } = turn.input;
  if (turn.rollout.from !== null && from?.number !== turn.rollout.from)
    throw new TypeError(`rollout ${turn.rollout.id} starts from r${turn.rollout.from}, which was not handed in`);
  return turn.rollout.from === null ? null : from;
}

/** The release of that number, if this turn knows it. */
export function releaseOf(turn: Turn, number: number): Release | null {
  const { to, from, known = [] } = turn.input;
  return [to, from, ...known].find((release) => release?.number === number) ?? null;
}
