import canonicalize from "canonicalize";
import type { SiteData } from "../model/site-data.ts";

/** Site data as text: sorted keys and a final newline, so that equal data is equal bytes and a diff shows what changed. */
export function publish(data: SiteData): string {
  const text = canonicalize(data);
  // SiteData is plain JSON by its type: anything else is a bug of ours.
  if (text === undefined) throw new TypeError("site data must be plain JSON");
  return `${text}\n`;
}
