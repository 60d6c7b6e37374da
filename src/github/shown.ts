import type { Oid } from "../model/basics.ts";

/** What a plan was shown on: the commits and States from which it can be worked out again. */
export interface ShownOn {
  readonly base: Oid;
  readonly head: Oid;
  /** By environment; null: nothing was recorded yet. */
  readonly states: ReadonlyMap<string, Oid | null>;
}

/** The check run that shows a plan, and that a repository may require. */
export const CHECK_NAME = "Fairlead plan";

const MARKER =
  /<!-- fairlead:shown ([0-9a-f]{40,64}) ([0-9a-f]{40,64})((?: [a-z0-9-]{1,63}=(?:[0-9a-f]{40,64}|none))*) -->/;

/** A line that no reader sees, for the text of a check run: only apps that may write checks can have written it. */
export function shownMarker({ base, head, states }: ShownOn): string {
  const pairs = [...states].map(([name, oid]) => ` ${name}=${oid ?? "none"}`);
  return `<!-- fairlead:shown ${base} ${head}${pairs.join("")} -->`;
}

/** What `shownMarker` wrote; null where there is none. Ids and names only, whatever else the text holds. */
export function readShown(text: string): ShownOn | null {
  const found = MARKER.exec(text);
  if (found === null) return null;
  const [, base = "", head = "", pairs = ""] = found;
  const states = pairs
    .split(" ")
    .filter(Boolean)
    .map((pair): [string, Oid | null] => {
      const [name = "", oid = ""] = pair.split("=");
      return [name, oid === "none" ? null : oid];
    });
  return { base, head, states: new Map(states) };
}
