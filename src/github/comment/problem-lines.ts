import { markdownText } from "../../diagnostics/escape-markdown.ts";
import type { Oid } from "../../model/basics.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Linker } from "./links.ts";

/** A problem as one item of a list: where it is, what is wrong, what to do. */
export function problemLine(
  { summary, detail, hint, range, environment }: Diagnostic,
  { links, head }: { readonly links: Linker; readonly head: Oid },
): string {
  const where = range === undefined ? "" : `${links.lineOf(range, head)}: `;
  const only = environment === undefined || summary.includes(environment) ? "" : ` (in ${markdownText(environment)})`;
  const more = [detail, hint === undefined ? undefined : capital(hint)]
    .filter((text) => text !== undefined)
    .map((text) => ` ${ended(markdownText(text))}`);
  return `- ${where}${ended(markdownText(summary) + only)}${more.join("")}`;
}

function ended(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
