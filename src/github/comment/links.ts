import { codeSpan } from "../../diagnostics/escape-markdown.ts";
import { escapeUrlPath } from "../../diagnostics/escape-url.ts";
import type { Oid } from "../../model/basics.ts";
import type { SourceRange } from "../../model/diagnostic.ts";
import type { CommentLinks } from "./comment-input.ts";

/** Addresses on the repository's server. Where the server or the repository has no usual form there are none, and texts stand alone. */
export interface Linker {
  /** `services/a.yaml:6`, linked to that line in a commit. */
  lineOf(range: SourceRange, commit: Oid): string;
  /** The short id of a commit. */
  commit(oid: Oid): string;
  pull(number: number): string;
  /** A text of ours, linked to a workflow by the name of its file. */
  workflow(text: string, file: string): string;
  /** A text of ours, linked to the run; the bare text where there is none. */
  run(text: string): string;
}

/** Links for one comment. Everything in an address is checked or encoded: see `escapeUrlPath`. */
export function linker({ server, repository, runUrl }: Pick<CommentLinks, "server" | "repository" | "runUrl">): Linker {
  const isUsual = SERVER.test(server) && REPOSITORY.test(repository);
  const root = isUsual ? `${server.replace(/\/$/, "")}/${repository}` : null;
  const linked = (text: string, address: string | null): string => (address === null ? text : `[${text}](${address})`);
  const at = (path: string): string | null => (root === null ? null : `${root}/${path}`);
  return {
    lineOf({ file, start }, commit) {
      const line = Math.trunc(start.line);
      const address = OID.test(commit) ? at(`blob/${commit}/${escapeUrlPath(file)}#L${line}`) : null;
      return linked(codeSpan(`${file}:${line}`, 200), address);
    },
    commit: (oid) =>
      OID.test(oid) ? linked(codeSpan(oid.slice(0, 7)), at(`commit/${oid}`)) : codeSpan(oid.slice(0, 7)),
    pull: (number) => linked(`#${Math.trunc(number)}`, at(`pull/${Math.trunc(number)}`)),
    workflow: (text, file) => linked(text, at(`actions/workflows/${escapeUrlPath(file)}`)),
    run: (text) => linked(text, runUrl !== null && isAddress(runUrl) ? runUrl : null),
  };
}

const SERVER = /^https?:\/\/[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?\/?$/;
const REPOSITORY = /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/;
const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

function isAddress(text: string): boolean {
  return /^https?:\/\/[\w.:-]+(?:\/[\w./-]*)?(?:\?[\w=&-]*)?(?:#[\w-]*)?$/.test(text) && text.length <= 500;
}
