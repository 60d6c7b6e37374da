import { suggest } from "../../diagnostics/suggest.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { connecting } from "../connect-target.ts";
import type { Face } from "../face.ts";
import { openEnvironment } from "../open-environment.ts";
import { readableLine } from "../readable-line.ts";
import { refuse } from "../show-diagnostics.ts";
import { openWorkspace } from "../workspace.ts";

export interface LogsOptions {
  readonly environment: string;
  readonly follow?: boolean;
  readonly lines: number;
}

/** `fairlead logs ID`: what a service has written, oldest first; with `--follow` until Ctrl-C. */
export async function logs(face: Face, options: LogsOptions, args: readonly string[]): Promise<number> {
  const { terminal } = face;
  const service = args[0] ?? "";
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const { state } = await opened.value.store.read();
    const declared = await opened.value.declared();
    const known = new Set([...state.services.keys(), ...declared.value.services.keys()]);
    if (!known.has(service)) return refuse(terminal, [unknownService(service, known)]);
    const connector = await opened.value.kind.connector();
    const { follow = false, lines } = options;
    const request = { service, lines, follow, signal: face.signal };
    const found = connector.logs(connecting(face, workspace, opened.value), request);
    if ("code" in found) return refuse(terminal, [found]);
    // Services write what they like: people get nothing that could move their cursor. Programs get the lines as they are.
    let count = 0;
    for await (const line of found) {
      count++;
      terminal.result(terminal.json ? line : readableLine(line, Infinity, "timed"));
    }
    if (count === 0) terminal.complain(`${service} has written nothing yet.`);
    return 0;
  } finally {
    await workspace.close();
  }
}

/** The error for an id that is neither declared nor recorded. */
export function unknownService(id: string, known: ReadonlySet<string>): Diagnostic {
  const meant = suggest(id, [...known]);
  return {
    code: "service-unknown",
    severity: "error",
    summary: `there is no service \`${id}\``,
    hint: meant === undefined ? "`fairlead status` lists those that there are" : `did you mean \`${meant}\`?`,
  };
}
