import type { Html, SiteIncident } from "../model/site-data.ts";

/** What happened, as an update that nobody wrote tells it. */
export type AutomaticUpdate =
  | { readonly is: keyof typeof WITH_REASON; readonly reason?: Html }
  | { readonly is: keyof typeof WITHOUT_REASON | "recovered" };

/** The sentences that incidents are told in (`incidents/incident-draft.ts`); a reason may follow after a colon. */
const WITH_REASON = {
  down: "It is down",
  "down-again": "It is down again",
  degraded: "It answers, but not well",
  "degraded-again": "Again it answers, but not well",
  worse: "It got worse and is down now",
} as const;
const WITHOUT_REASON = {
  better: "It got better: it answers, but not well.",
  unconfirmed: "Later results do not bear it out.",
  unwatched: "It is not watched any more.",
} as const;
const RECOVERED = /^<p>It works again, after [^<]*\.<\/p>$/;

/**
 * What a sentence of our own says, so that pages can say it in their language: a record keeps its updates as English text. Takes
 * and gives HTML (`textToHtml`). Null where people, or an older Fairlead, said it: that stays as it was said.
 */
export function automaticUpdate(html: Html): AutomaticUpdate | null {
  if (RECOVERED.test(html)) return { is: "recovered" };
  for (const [is, sentence] of Object.entries(WITHOUT_REASON))
    if (html === `<p>${sentence}</p>`) return { is: is as keyof typeof WITHOUT_REASON };
  for (const [name, sentence] of Object.entries(WITH_REASON)) {
    const is = name as keyof typeof WITH_REASON;
    if (html === `<p>${sentence}.</p>`) return { is };
    const begin = `<p>${sentence}: `;
    if (html.startsWith(begin)) return { is, reason: html.slice(begin.length).replace(/\.?<\/p>$/, "") };
  }
  return null;
}

/** The parts of a title that nobody wrote: `Shop API`, `down`; null of one that somebody did. */
export function automaticTitle({
  source,
  title,
}: Pick<SiteIncident, "source" | "title">): { readonly name: string; readonly severity: "down" | "degraded" } | null {
  if (source !== "automatic") return null;
  const [, name, severity] = /^(.+) (?:is|was) (down|degraded)$/s.exec(title) ?? [];
  return name === undefined ? null : { name, severity: severity === "down" ? "down" : "degraded" };
}
