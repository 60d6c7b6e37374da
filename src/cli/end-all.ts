import type { Terminal } from "./terminal.ts";

/** Something that must be ended, however the command ends. */
export type Ending = () => Promise<unknown>;

/**
 * Ends what was begun, newest first. Whatever one of them meets, which is said, the others still end what they have to:
 * services before all. True where all ended well.
 */
export async function endAll(terminal: Pick<Terminal, "complain">, endings: readonly Ending[]): Promise<boolean> {
  let endedWell = true;
  for (const end of endings.toReversed()) {
    try {
      await end();
    } catch (error) {
      endedWell = false;
      terminal.complain(`Something did not end well: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return endedWell;
}
