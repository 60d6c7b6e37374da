import type { Diagnostic } from "../model/diagnostic.ts";

/**
 * The last net. An error that carries a Diagnostic is an expected problem that could not be returned (a corrupted State, a
 * Git that refuses): it is shown as one. Anything else is a bug of ours and says so. Returns the exit code.
 */
export async function reportFailure(error: unknown): Promise<number> {
  const { openTerminal } = await import("./terminal.ts");
  const terminal = openTerminal({ json: false });
  const diagnostics = diagnosticsOf(error);
  if (diagnostics.length > 0) {
    const { renderText } = await import("../diagnostics/render-text.ts");
    terminal.complain(renderText(diagnostics, { color: terminal.color, width: terminal.width }));
    return 1;
  }
  terminal.complain(
    `fairlead failed in a way it should not: ${error instanceof Error ? error.message : String(error)}`,
  );
  terminal.complain("This is a bug of Fairlead's. With FAIRLEAD_DEBUG=1 it prints where it happened.");
  if (process.env["FAIRLEAD_DEBUG"] && error instanceof Error) terminal.complain(error.stack ?? "");
  return 1;
}

/** Errors of ours carry one `diagnostic`, or `diagnostics` where several files of State are wrong. */
function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (!(error instanceof Error)) return [];
  const { diagnostic, diagnostics } = error as { diagnostic?: unknown; diagnostics?: unknown };
  const all: readonly unknown[] = Array.isArray(diagnostics) ? diagnostics : [diagnostic];
  return all.filter((one): one is Diagnostic => typeof one === "object" && one !== null && "code" in one);
}
