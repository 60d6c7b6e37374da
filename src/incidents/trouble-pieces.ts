import type { Ms, ServiceId } from "../model/basics.ts";
import type { Span, Verdict } from "../model/health.ts";
import type { MaintenanceWindow } from "../model/incident.ts";

/** A stretch as incidents see it: `silent` neither opens nor resolves one, since nobody knows, or work was announced. */
export type Piece =
  | {
      readonly is: "trouble";
      readonly severity: "down" | "degraded";
      readonly from: Ms;
      readonly to: Ms;
      /** What was met at its begin: `connection refused`. */
      readonly reason?: string;
    }
  | { readonly is: "fine" | "silent"; readonly from: Ms; readonly to: Ms };

/** The spans of one service without what its maintenance windows cover, in order. */
export function piecesOf(
  service: ServiceId,
  spans: readonly Span[],
  windows: readonly MaintenanceWindow[],
): readonly Piece[] {
  const own = windows
    .filter(({ affected }) => affected.length === 0 || affected.includes(service))
    .sort((a, b) => a.from - b.from);
  const pieces: Piece[] = [];
  for (const { from, to, verdict } of spans) {
    let at = from;
    for (const window of own) {
      if (window.to <= at || window.from >= to) continue;
      if (window.from > at) pieces.push(pieceOf(verdict, at, window.from));
      at = Math.min(to, window.to);
      pieces.push({ is: "silent", from: Math.max(from, window.from), to: at });
    }
    if (at < to) pieces.push(pieceOf(verdict, at, to));
  }
  return pieces;
}

function pieceOf(verdict: Verdict, from: Ms, to: Ms): Piece {
  if (verdict === "down" || verdict === "degraded") return { is: "trouble", severity: verdict, from, to };
  return { is: verdict === "operational" ? "fine" : "silent", from, to };
}
