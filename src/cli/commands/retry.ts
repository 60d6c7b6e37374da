import { retryHeld } from "../../apply/retry-held.ts";
import type { Face } from "../face.ts";
import { openEnvironment } from "../open-environment.ts";
import { runIdentity } from "../run-identity.ts";
import { isUsable, refuse } from "../show-diagnostics.ts";
import { openWorkspace } from "../workspace.ts";

/** `fairlead retry ID`: forgets that a release failed; the next apply tries it again. */
export async function retry(
  face: Face,
  options: { readonly environment: string },
  args: readonly string[],
): Promise<number> {
  const { terminal } = face;
  const service = args[0] ?? "";
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const { run } = runIdentity(face);
    const { diagnostics } = await retryHeld({
      store: opened.value.store,
      service,
      run,
      nonce: face.nonce,
      now: face.clock.now,
    });
    if (!isUsable(diagnostics)) return refuse(terminal, diagnostics);
    terminal.say(`${service} is not held any more: \`fairlead apply\` tries it again.`);
    if (terminal.json) terminal.result(`${JSON.stringify({ service, held: false })}\n`);
    return 0;
  } finally {
    await workspace.close();
  }
}
