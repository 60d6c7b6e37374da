import type { Diagnostic } from "../model/diagnostic.ts";

/** What is reported together: one error or warning, or all infos of one code in one file. */
export type Group = readonly [Diagnostic, ...Diagnostic[]];

/** Puts infos of one code in one file together, at the place of the first, so that notes do not drown the errors. */
export function fold(sorted: readonly Diagnostic[]): Group[] {
  const groups: [Diagnostic, ...Diagnostic[]][] = [];
  const open = new Map<string, Diagnostic[]>();
  for (const diagnostic of sorted) {
    const key = JSON.stringify([diagnostic.code, diagnostic.range?.file, diagnostic.environment]);
    const group = diagnostic.severity === "info" ? open.get(key) : undefined;
    if (group) {
      group.push(diagnostic);
      continue;
    }
    const fresh: [Diagnostic, ...Diagnostic[]] = [diagnostic];
    groups.push(fresh);
    if (diagnostic.severity === "info") open.set(key, fresh);
  }
  return groups;
}

/**
 * The summaries of a group as one sentence: what they begin and end with in common stands once, what differs is listed.
 * `events — accepted`, `pipeline — accepted` become `events, pipeline — accepted`.
 */
export function foldedSummary(group: Group): string {
  const summaries = [...new Set(group.map((diagnostic) => diagnostic.summary))];
  const [first, ...others] = summaries.map((summary) => summary.split(" "));
  if (!first || others.length === 0) return group[0].summary;
  const shortest = Math.min(first.length, ...others.map((words) => words.length));
  let head = 0;
  while (head < shortest - 1 && others.every((words) => words[head] === first[head])) head++;
  let tail = 0;
  while (tail < shortest - head - 1 && others.every((words) => words.at(-1 - tail) === first.at(-1 - tail))) tail++;
  if (head + tail === 0) return summaries.join("; ");
  const middles = [first, ...others].map((words) => words.slice(head, words.length - tail).join(" "));
  return [...first.slice(0, head), middles.join(", "), ...first.slice(first.length - tail)].join(" ");
}
