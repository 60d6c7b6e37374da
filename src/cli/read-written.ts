import { readFrontMatter } from "../catalog/read-front-matter.ts";
import { readWrittenIncidents, type Written } from "../incidents/written-incidents.ts";
import type { Ms } from "../model/basics.ts";
import type { Diagnosed } from "../model/diagnostic.ts";
import type { Look } from "./workspace.ts";

/**
 * What people wrote in `incidents/*.md`, where declarations are read. Whether it names services that there are is
 * `fairlead validate`'s to say.
 */
export async function readWritten(look: () => Promise<Pick<Look, "tree">>, now: Ms): Promise<Diagnosed<Written>> {
  const { tree } = await look();
  return readWrittenIncidents({ tree, services: null, readFrontMatter, now });
}
