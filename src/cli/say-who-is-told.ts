import type { Catalog } from "../model/catalog.ts";
import type { Terminal } from "./terminal.ts";

/** Says it where somebody might wait for messages that never come. */
export function sayWhoIsTold(terminal: Terminal, { environment, project }: Catalog): void {
  if (environment === "development" && project.notifications.length > 0)
    terminal.complain("Nobody is told of development: `notifications` are for environments that are shared (-e NAME).");
}
