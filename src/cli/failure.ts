import type { Diagnostic } from "../model/diagnostic.ts";

/**
 * The last net. An error that carries a Diagnostic is an expected problem that could not be returned (a corrupted State, a
 * Git that refuses): it is shown as one. Anything else is a bug of ours and says so. Returns the exit code.
 */
export async function reportFailure(error: unknown): Promise<number> {
  const { openTerminal } = await import("./terminal.ts");
  const terminal = openTerminal({ json: false });
  const diagnostic = diagnosticOf(error);
  if (diagnostic) {
    const { renderText } = await import("../diagnostics/render-text.ts");
    terminal.complain(renderText([diagnostic], { color: terminal.color, width: terminal.width }));
    return 1;
  }
  terminal.complain(
    `fairlead failed in a way it should not: ${error instanceof Error ? error.message : String(error)}`,
  );
  terminal.complain("This is a bug of Fairlead's. With FAIRLEAD_DEBUG=1 it prints where it happened.");
  if (process.env["FAIRLEAD_DEBUG"] && error instanceof Error) terminal.complain(error.stack ?? "");
  return 1;
}

function diagnosticOf(error: unknown): Diagnostic | null {
  if (!(error instanceof Error) || !("diagnostic" in error)) return null;
  const { diagnostic } = error as { diagnostic?: unknown };
  return typeof diagnostic === "object" && diagnostic !== null && "code" in diagnostic
    ? (diagnostic as Diagnostic)
    : null;
}
