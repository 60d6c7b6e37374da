import type { Ms } from "../model/basics.ts";
import type { Period } from "../model/health.ts";

/*
 * Another tool's files as ours. Pure: texts in, texts out, with a report in which each thing that was found is carried over,
 * changed or left out, and why. What is read was written by others: wrong types are reported and never thrown, credentials are
 * not written out, and what becomes YAML or Markdown is escaped for it. It is for moving house once: nothing here keeps two
 * tools in step.
 */

export interface ImportInput {
  /** Text by path, relative to the folder that was named; a single file has its own name. */
  readonly files: ReadonlyMap<string, string>;
  /** For what repeats: its first time is on this day or after. */
  readonly now: Ms;
  /** Whether a key says that its value is a credential (`catalog/mask-credentials.ts`). */
  readonly namesCredential: (key: string) => boolean;
  /** Whether a text has the shape of one (the same). */
  readonly looksLikeCredential: (text: string) => boolean;
  /** The grammar of conditions (`probes/condition-syntax.ts`): a sentence where one cannot be read. */
  readonly checkCondition: (text: string) => string | null;
}

export interface Imported {
  /** `services/<id>.yaml`, by path. */
  readonly services: readonly ImportedFile[];
  /** `incidents/<name>.md`, by path. */
  readonly incidents: readonly ImportedFile[];
  /** Keys for fairlead.yaml, as they stand there. */
  readonly project: ProjectKeys;
  /** Comments that stood beside those keys, line by line; empty where there were none. */
  readonly remarks: string;
  /** What the other tool counted of each day, oldest first. */
  readonly days: readonly Period[];
  readonly report: readonly Entry[];
}

export interface ImportedFile {
  readonly path: string;
  readonly text: string;
}

export interface ProjectKeys {
  readonly health?: { readonly control?: string };
  readonly site?: {
    readonly title?: string;
    readonly description?: string;
    readonly url?: string;
    readonly base?: string;
    readonly language?: string;
    readonly accent?: string;
    readonly links?: readonly { readonly text: string; readonly url: string }[];
  };
  readonly notifications?: readonly Readonly<Record<string, unknown>>[];
}

/** One thing that was found in the source, and what became of it. */
export interface Entry {
  readonly what: string;
  /** File and line, or file and path where it is JSON. */
  readonly from: string;
  /** File and key; null where it was left out. */
  readonly to: string | null;
  readonly outcome: "carried" | "changed" | "left-out";
  /** Empty where it was carried over as it is. */
  readonly why: string;
}

/** How one tool's files are read. */
export interface Tool {
  readonly title: string;
  /** Which files of the folder are wanted; nothing else is opened. */
  readonly wants: (path: string) => boolean;
  readonly read: (input: ImportInput) => Imported;
}
