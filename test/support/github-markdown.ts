import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { marked } from "marked";
import type { Page } from "playwright-core";

/** Markdown as GitHub shows it in a comment: its tables and its line breaks, and quotes that are alerts. */
export function githubHtml(markdown: string): string {
  const html = marked.parse(markdown, { gfm: true, breaks: true, async: false });
  return html
    .replace(/(?<=<code class="language-diff">)[^<]*/g, coloured)
    .replace(
      /<blockquote>\s*<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\](?:<br>)?\s*([\s\S]*?)<\/blockquote>/g,
      (_, kind: string, rest: string) =>
        `<div class="markdown-alert markdown-alert-${kind.toLowerCase()}"><p class="markdown-alert-title">${kind.slice(0, 1)}${kind.slice(1).toLowerCase()}</p><p>${rest}</div>`,
    );
}

const require = createRequire(import.meta.url);
const SHEETS = {
  light: require.resolve("github-markdown-css/github-markdown-light.css"),
  dark: require.resolve("github-markdown-css/github-markdown-dark.css"),
} as const;

/** A page that shows it, with GitHub's own style sheet for a width and a scheme of colours. */
export function githubPage(markdown: string, scheme: "light" | "dark"): string {
  const around = `body { margin: 0 } .markdown-body { padding: 16px; --fontStack-monospace: monospace }`;
  return `<!doctype html><meta charset="utf-8"><style>${readFileSync(SHEETS[scheme], "utf8")}${around}</style><article class="markdown-body">${githubHtml(markdown)}</article>`;
}

/** The lines of a diff in the classes that GitHub gives them. */
function coloured(escaped: string): string {
  const classes: Readonly<Record<string, string>> = { "+": "pl-mi1", "-": "pl-md", "@": "pl-mdr" };
  return escaped
    .split("\n")
    .map((line) => {
      const name = classes[line.slice(0, 1)];
      return name === undefined ? line : `<span class="${name}">${line}</span>`;
    })
    .join("\n");
}

/** What a browser makes of HTML. */
export interface Seen {
  /** Every element with its attributes, once each: `a[href]`. */
  readonly elements: readonly string[];
  readonly hrefs: readonly string[];
  /** Comments of HTML, which is what our markers are. */
  readonly comments: readonly string[];
  /** What GitHub looks through for mentions, references and addresses: all text but that of code and links. */
  readonly prose: string;
  readonly text: string;
  /** The elements right below the top, in order. */
  readonly top: readonly string[];
  readonly detailsCount: number;
}

/** Lets a real browser read HTML, without running anything of it. */
export function seenBy(page: Page, html: string): Promise<Seen> {
  return page.evaluate(`(${READ})(${JSON.stringify(html)})`);
}

/** Runs in the browser, whose types this project has no other use for. */
const READ = `(source) => {
  const { body } = new DOMParser().parseFromString(source, "text/html");
  const all = [...body.querySelectorAll("*")];
  const comments = [];
  const prose = [];
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.COMMENT_NODE) comments.push(node.nodeValue);
    else if (node.parentElement.closest("code, pre, a") === null) prose.push(node.nodeValue);
  }
  const named = (one) => one.localName + one.getAttributeNames().map((name) => "[" + name + "]").join("");
  return {
    elements: [...new Set(all.map(named))].sort(),
    hrefs: all.flatMap((one) => one.getAttribute("href") ?? one.getAttribute("src") ?? []),
    comments,
    prose: prose.join(" "),
    text: body.textContent,
    top: [...body.children].map((one) => one.localName),
    detailsCount: body.querySelectorAll("details").length,
  };
}`;
