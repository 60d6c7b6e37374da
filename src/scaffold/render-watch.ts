import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scaffoldFolder } from "./scaffold-folder.ts";

/** What starts a standing collector: a systemd unit, and a container file for where there is no systemd. Content by path. */
export function renderWatch({ name }: { readonly name: string }): ReadonlyMap<string, string> {
  const folder = scaffoldFolder("watch");
  const render = (file: string): string => readFileSync(join(folder, file), "utf8").replaceAll("NAME", () => name);
  return new Map([
    ["deploy/fairlead-watch.service", render("fairlead-watch.service")],
    ["deploy/watch.Containerfile", render("Containerfile")],
  ]);
}
