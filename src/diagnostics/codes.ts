/**
 * Every code that a Diagnostic may carry, with its meaning. Codes are permanent: people filter by them, SARIF counts by
 * them, docs link to them; the wording of a message may improve, its code stays. A new problem is one more line here
 * (a test holds that no other code is used).
 */
export const CODES = {
  "not-enforced-yet": "A block is accepted and kept, but nothing acts on it yet.",
  "dependency-missing": "A service depends on an id that no file declares.",
  "health-segment-unreadable": "A file of the health history cannot be used and is left out.",
  "health-history-busy":
    "Samples could not be stored yet, because other collectors were faster or the ref was out of reach.",
  "site-port-unavailable": "The status site cannot be served on the port that was asked for.",
} as const satisfies Readonly<Record<string, string>>;

export type DiagnosticCode = keyof typeof CODES;
