import { connecting } from "../connect-target.ts";
import type { Face } from "../face.ts";
import { openEnvironment } from "../open-environment.ts";
import { startTask } from "../progress.ts";
import { refuse, showProblems } from "../show-diagnostics.ts";
import { openWorkspace } from "../workspace.ts";

/** `fairlead down`: ends what runs here. What is declared and recorded stays, so that the next apply brings it back. */
export async function down(face: Face, options: { readonly environment: string }): Promise<number> {
  const { terminal } = face;
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const connector = await opened.value.kind.connector();
    const connection = await connector.connect(connecting(face, workspace, opened.value), "find");
    if (connection.value === null) {
      if (connection.diagnostics.length > 0) return refuse(terminal, connection.diagnostics);
      terminal.say("Nothing runs here.");
      if (terminal.json) terminal.result(`${JSON.stringify({ stopped: 0 })}\n`);
      return 0;
    }
    const task = await startTask(terminal, "Stopping every service");
    const stopped = await connection.value.stop();
    if (stopped.diagnostics.length > 0) {
      task.fail("Not everything could be stopped");
      showProblems(terminal, stopped.diagnostics);
      return 1;
    }
    task.done(stopped.value === 1 ? "1 instance stopped" : `${stopped.value} instances stopped`);
    if (terminal.json) terminal.result(`${JSON.stringify({ stopped: stopped.value })}\n`);
    return 0;
  } finally {
    await workspace.close();
  }
}
