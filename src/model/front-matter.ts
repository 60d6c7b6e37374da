import type { Diagnostic } from "./diagnostic.ts";

/** A Markdown file with YAML between two lines of `---` at its top, read and checked against its schema. */
export interface FrontMatter {
  /** Plain data; it fits the schema where no diagnostic is an error. Undefined where nothing could be made of it. */
  readonly value: unknown;
  /** What follows the front matter, without the space around it. */
  readonly body: string;
  readonly diagnostics: readonly Diagnostic[];
  /** A problem of the value, or the key, at a path: keys and list positions from the top. */
  diagnosticAt(
    keys: readonly string[],
    at: "value" | "key",
    problem: Pick<Diagnostic, "code" | "severity" | "summary" | "detail" | "hint">,
  ): Diagnostic;
}

/** Reads one; never throws over what is in it. */
export type ReadFrontMatter = (path: string, content: Uint8Array) => Promise<FrontMatter>;
