import type { SiteData } from "../../model/site-data.ts";
import { escapeHtml } from "../markdown.ts";
import { addressesOf } from "./addresses.ts";

/** `sitemap.xml` (sitemaps.org, 0.9) of the pages; needs `site.url`, as the protocol wants whole addresses. */
export function sitemap(data: SiteData, pages: readonly string[]): ReadonlyMap<string, string> {
  if (data.url === undefined) return new Map();
  const address = addressesOf(data);
  const urls = pages
    .filter((page) => page !== "404.html")
    .map((page) => `<url><loc>${escapeHtml(address(page))}</loc></url>`)
    .join("");
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return new Map([
    ["sitemap.xml", `${head}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls}</urlset>\n`],
    ["robots.txt", `User-agent: *\nAllow: /\nSitemap: ${address("sitemap.xml")}\n`],
  ]);
}
