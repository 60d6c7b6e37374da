import type { Report } from "./report.ts";
import { lineOf, type SourceValue, textOf } from "./source-value.ts";

const LINKS_MAX = 8;

/** Links of a page's head, as fairlead.yaml takes them: to the web or by mail, eight at the most. */
export function linksOf(
  list: SourceValue,
  textKey: string,
  urlKey: string,
  report: Report,
  what: string,
): readonly { readonly text: string; readonly url: string }[] {
  const links: { text: string; url: string }[] = [];
  for (const item of list.items()) {
    const fields = item.fields();
    const text = lineOf(fields.get(textKey)?.value, 60);
    const url = (textOf(fields.get(urlKey)?.value, 2_000) ?? "").trim();
    const label = `${what}: ${text ?? "without a text"}`;
    if (text === null || !/^(?:https?:\/\/|mailto:)[^\s]+$/.test(url) || /\/\/[^/]*@|\$\{?[A-Z]/.test(url))
      report.leftOut(label, item.place, "a link has a text, and leads to http, https or mailto without a placeholder");
    else if (links.length >= LINKS_MAX) report.leftOut(label, item.place, `there is room for ${LINKS_MAX} links`);
    else {
      links.push({ text, url });
      report.carried(label, item.place, "fairlead.yaml: site.links");
    }
  }
  return links;
}

/** `https://status.example.com`: scheme and host alone, as `site.url` is; null for anything else. */
export function urlOf(text: string | null): string | null {
  if (text === null || !/^https?:\/\/[^\s/@]+\/?$/.test(text) || !URL.canParse(text)) return null;
  return text.replace(/\/$/, "");
}
