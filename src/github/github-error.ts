import { escapeTerminal } from "../diagnostics/escape-terminal.ts";
import type { Diagnostic } from "../model/diagnostic.ts";

/** What went wrong with GitHub, as far as a caller can act on it. `not-stored`: it said yes and did not do it. */
export type GitHubErrorKind = keyof typeof CODE;

const CODE = {
  "not-permitted": "github-not-permitted",
  "not-found": "github-not-found",
  "rate-limited": "github-rate-limited",
  unreachable: "github-unreachable",
  refused: "github-refused",
  "not-stored": "github-not-stored",
} as const;

/**
 * GitHub refused or could not: an expected problem of the world, carried as an exception because any call may meet it, and
 * turned into its `diagnostic` by whoever talks to people. Its texts are one line each, escaped, and hold no token.
 */
export class GitHubError extends Error {
  override readonly name = "GitHubError";
  readonly kind: GitHubErrorKind;
  /** GitHub's HTTP status; null where there was no answer, or where the problem lies in one that said yes. */
  readonly status: number | null;
  readonly diagnostic: Diagnostic;

  constructor(
    kind: GitHubErrorKind,
    said: { readonly summary: string; readonly detail?: string; readonly hint?: string; readonly status?: number },
  ) {
    const [summary, detail, hint] = [said.summary, said.detail, said.hint].map((text) =>
      text === undefined || text === "" ? undefined : printable(text),
    );
    super(detail === undefined ? summary : `${summary}: ${detail}`);
    this.kind = kind;
    this.status = said.status ?? null;
    this.diagnostic = {
      code: CODE[kind],
      severity: "error",
      summary: summary ?? "",
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { hint }),
    };
  }

  /** Whether a write may have been done although it failed: look before repeating it. */
  get mayBeDone(): boolean {
    return this.kind === "unreachable";
  }
}

const TEXT_MAX = 1_000;
/** The forms of GitHub's own tokens, and whatever stands in the user part of an address. */
const TOKENS = /\b(?:gh[a-z]_|github_pat_)\w+|\b(?<=[a-z]:\/\/)[^\s/@]+(?=@)/gi;

function printable(text: string): string {
  const line = text
    .replace(/\s*[\r\n]+\s*/g, " ")
    .replace(TOKENS, "***")
    .trim();
  return escapeTerminal(line.length > TEXT_MAX ? `${line.slice(0, TEXT_MAX)}…` : line);
}
