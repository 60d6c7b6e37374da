import type { EdgeReadBack, EdgeSnapshot } from "../model/edge.ts";

/** From the holder to its serving child. A `listen` carries the socket's handle beside it. */
export type ToChild =
  | { readonly do: "listen"; readonly port: number }
  | {
      readonly do: "serve";
      readonly sequence: number;
      readonly snapshot: EdgeSnapshot;
      /** Tally slot by `slotKey`. */
      readonly slots: Readonly<Record<string, number>>;
    }
  | { readonly do: "drain"; readonly graceMs: number; readonly idle: "close" | "leave" };

/** From the serving child to its holder. */
export type FromChild =
  | { readonly is: "up" }
  | { readonly is: "serving"; readonly sequence: number; readonly readBack: EdgeReadBack };

/** The name under which requests are counted: of an instance, or of a release that had none ready. */
export function slotKey(service: string, release: number, instance: string | null): string {
  return `${service} ${release} ${instance ?? ""}`;
}
