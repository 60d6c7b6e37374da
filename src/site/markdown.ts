import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/**
 * Markdown that people wrote, as HTML that can do no harm on a public page: HTML in it is shown as text, links lead to web
 * and mail addresses only (micromark's safe mode), pictures become links, since a page asks nobody else for anything, and
 * headings go below those of the page: the highest in the text becomes one of the third level.
 */
export function markdownToHtml(text: string): string {
  const html = micromark(text.slice(0, TEXT_MAX), { extensions: [gfm()], htmlExtensions: [gfmHtml()] }).replace(
    /<img src="([^"]*)" alt="([^"]*)"(?: title="[^"]*")? \/>/g,
    '<a href="$1">$2</a>',
  );
  const highest = Math.min(...[...html.matchAll(/<h([1-6])>/g)].map(([, level]) => Number(level)));
  return html.replace(
    /<(\/?)h([1-6])>/g,
    (_, end: string, level: string) => `<${end}h${Math.min(6, Number(level) - highest + 3)}>`,
  );
}

/** Text of our own as HTML: nothing in it is markup. */
export function textToHtml(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

/** For text and attributes of HTML and XML alike. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An incident is a page or two. */
const TEXT_MAX = 100_000;
