import type { Entry } from "./imported.ts";

/** Collects what became of each thing. */
export interface Report {
  carried(what: string, from: string, to: string): void;
  changed(what: string, from: string, to: string, why: string): void;
  leftOut(what: string, from: string, why: string): void;
  entries(): readonly Entry[];
}

/** A source can be made to have any number of keys; nobody reads more. */
const ENTRIES_MAX = 20_000;

export function newReport(): Report {
  const kept: Entry[] = [];
  let more = 0;
  const add = (entry: Entry): void => {
    if (kept.length < ENTRIES_MAX) kept.push({ ...entry, what: short(entry.what, 120), why: short(entry.why, 600) });
    else more++;
  };
  return {
    carried: (what, from, to) => add({ what, from, to, outcome: "carried", why: "" }),
    changed: (what, from, to, why) => add({ what, from, to, outcome: "changed", why }),
    leftOut: (what, from, why) => add({ what, from, to: null, outcome: "left-out", why }),
    entries: () =>
      more === 0
        ? kept
        : [
            ...kept,
            {
              what: "the rest of the report",
              from: "",
              to: null,
              outcome: "left-out",
              why: `there are ${more} more entries than can be shown`,
            },
          ],
  };
}

function short(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
