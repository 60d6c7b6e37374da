/**
 * Where a run may end without warning. The suite kills a real process at each of them, and the next run must converge;
 * the order is that of the story in `apply.ts`.
 */
export const CRASH_POINTS = [
  "claimed",
  "refreshed",
  "planned",
  "kept",
  "journalled",
  "before-act",
  "after-act",
  "ended",
  "outcomes-journalled",
  "before-release",
  "released",
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];
