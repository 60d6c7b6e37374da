import { cstate, wantsCstate } from "./cstate.ts";
import { gatus, wantsGatus } from "./gatus.ts";
import type { Tool } from "./imported.ts";
import { statuspage, wantsStatuspage } from "./statuspage.ts";
import { upptime, wantsUpptime } from "./upptime.ts";

/** The tools whose files can be read, by the name that the command line takes. */
export const TOOLS: ReadonlyMap<string, Tool> = new Map([
  ["upptime", { title: "Upptime", wants: wantsUpptime, read: upptime }],
  ["gatus", { title: "Gatus", wants: wantsGatus, read: gatus }],
  ["cstate", { title: "cState", wants: wantsCstate, read: cstate }],
  ["statuspage", { title: "Statuspage", wants: wantsStatuspage, read: statuspage }],
]);
