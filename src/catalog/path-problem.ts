import type { Problem } from "./problem.ts";
import type { KeyPath } from "./source-file.ts";

/** A problem of a document by path, before it has a place in a text. */
export interface PathProblem {
  readonly keys: KeyPath;
  /** Whether the value is wrong or the key that leads to it. */
  readonly at: "value" | "key";
  readonly problem: Omit<Problem, "start" | "end">;
}
