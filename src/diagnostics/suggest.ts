import { distance } from "fastest-levenshtein";

/**
 * The candidate that was probably meant, for "did you mean"; undefined where none is near enough, since a wild guess
 * misleads more than silence. Spelling that differs only in case, `-` and `_` is always near (`rateLimiting` for
 * `rate_limiting`), two letters swapped count as one mistake, and a beginning of three letters or more is enough
 * (`env` for `environment`). Of equally near ones the first in alphabetical order is taken.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(word);
  if (wanted === "" || word.length > 100) return undefined;
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  let best: { readonly candidate: string; readonly mistakes: number } | undefined;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const mistakes = mistakesBetween(wanted, plain(candidate), allowed);
    if (mistakes > allowed) continue;
    if (!best || mistakes < best.mistakes || (mistakes === best.mistakes && candidate < best.candidate)) {
      best = { candidate, mistakes };
    }
  }
  return best?.candidate;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, "");
}

function mistakesBetween(wanted: string, candidate: string, allowed: number): number {
  if (wanted === candidate) return 0;
  if (wanted.length >= 3 && candidate.startsWith(wanted)) return allowed;
  // Sizes this far apart cannot be near: spares the quadratic part for most of 10,000 ids.
  if (Math.abs(wanted.length - candidate.length) > allowed) return allowed + 1;
  const edits = distance(wanted, candidate);
  return edits === 2 && isOneSwap(wanted, candidate) ? 1 : edits;
}

function isOneSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let at = 0;
  while (a[at] === b[at]) at++;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}
