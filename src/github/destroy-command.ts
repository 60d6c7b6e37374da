/** A service and the beginning of the digest of the step that may destroy it. */
export interface Pair {
  readonly service: string;
  readonly digestPrefix: string;
}

const COMMAND = /^ {0,3}\/fairlead\s+allow-destroy\b(.*)$/;
const ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const DIGEST = /^[0-9a-f]{12,64}$/i;
/** More in one comment is no word of a person's. */
const PAIRS_MAX = 200;

/**
 * The lines `/fairlead allow-destroy ID DIGEST [ID DIGEST …]` of a comment. They count only as a paragraph of their own, so that
 * nothing which shows as a quotation, as code, as part of a sentence or not at all is taken for a command.
 */
export function readCommands(text: string): { readonly pairs: readonly Pair[]; readonly problems: readonly string[] } {
  const pairs: Pair[] = [];
  const problems: string[] = [];
  for (const paragraph of plainParagraphs(text)) {
    if (!paragraph.every((line) => COMMAND.test(line))) continue;
    for (const line of paragraph) {
      const words = (COMMAND.exec(line)?.[1] ?? "")
        .trim()
        .split(/\s+/)
        .filter((word) => word !== "");
      if (words.length === 0 || words.length % 2 === 1) {
        problems.push("it names no pairs of an id and a digest");
        continue;
      }
      for (let at = 0; at < words.length; at += 2) {
        const [service = "", digest = ""] = words.slice(at, at + 2);
        if (!ID.test(service)) problems.push(`\`${shown(service)}\` is no id of a service`);
        else if (!DIGEST.test(digest)) problems.push(`\`${shown(digest)}\` is not 12 to 64 hexadecimal digits`);
        else pairs.push({ service, digestPrefix: digest.toLowerCase() });
      }
    }
  }
  if (pairs.length > PAIRS_MAX) return { pairs: [], problems: [`it names more than ${PAIRS_MAX} services`] };
  return { pairs, problems: problems.slice(0, PAIRS_MAX) };
}

/** Runs of lines between blank ones, without those in fences, in HTML that takes text as it is, and in what does not show. */
function plainParagraphs(text: string): string[][] {
  const paragraphs: string[][] = [[]];
  let fence: string | null = null;
  let until: RegExp | null = null;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (until !== null) {
      if (until.test(line)) until = null;
      paragraphs.push([]);
      continue;
    }
    const [, ticks = "", rest = ""] = FENCE.exec(line) ?? [];
    const opens = ticks !== "" && !(ticks.startsWith("`") && rest.includes("`"));
    if (fence !== null) {
      if (ticks.startsWith(fence) && rest.trim() === "") fence = null;
    } else if (opens) {
      fence = ticks;
    } else if (line.trim() !== "") {
      paragraphs.at(-1)?.push(line);
      until = HIDING.find(([start, end]) => start.test(line) && !end.test(line.replace(start, "")))?.[1] ?? null;
      continue;
    }
    paragraphs.push([]);
  }
  return paragraphs.filter((paragraph) => paragraph.length > 0);
}

/** What may stand before a block: a list's item may begin with one, and so may a quotation. */
const BEFORE = String.raw`^(?:[\s>]|[-*+]\s|\d+[.)]\s)*`;
const FENCE = new RegExp(`${BEFORE}(\`{3,}|~{3,})(.*)$`);
/** HTML that goes on over blank lines, and what ends it. Source: CommonMark, "HTML blocks" 1 to 5; and a tag left open. */
const HIDING: readonly (readonly [RegExp, RegExp])[] = [
  [new RegExp(`${BEFORE}<(?:pre|script|style|textarea)(?:\\s|>|$)`, "i"), /<\/(?:pre|script|style|textarea)>/i],
  [new RegExp(`${BEFORE}<!--`), /-->/],
  [new RegExp(`${BEFORE}<\\?`), /\?>/],
  [new RegExp(`${BEFORE}<!\\[CDATA\\[`), /\]\]>/],
  [/<[a-z!?/][^<>]*$/i, />/],
];

function shown(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}
