import type { Ms } from "./basics.ts";

/**
 * Why a service has its verdict, as a code with its figures, so that a page can say it in its readers' language. `reason` is
 * what the service, or the asking of it, said itself, and stays as it was said. `inRow` checks of the `of` that would count.
 */
export type Because =
  | { readonly is: "declared-maintenance" | "announced-maintenance" | "switched-off" | "never-checked" }
  | { readonly is: "stale"; readonly ageMs: Ms }
  | { readonly is: "not-checkable"; readonly reason: string }
  | { readonly is: "failing"; readonly inRow: number; readonly reason: string }
  | { readonly is: "failed"; readonly inRow: number; readonly of: number; readonly reason: string }
  | { readonly is: "answering-again"; readonly inRow: number; readonly of: number }
  | { readonly is: "ailing"; readonly reason: string }
  | { readonly is: "ailed"; readonly inRow: number; readonly of: number; readonly reason: string }
  | { readonly is: "well-again"; readonly inRow: number; readonly of: number }
  | { readonly is: "answering"; readonly latencyMs?: Ms };
