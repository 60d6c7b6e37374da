import { relative, resolve } from "node:path";
import { renderGithub } from "../../diagnostics/render-github.ts";
import { renderJson } from "../../diagnostics/render-json.ts";
import { renderSarif } from "../../diagnostics/render-sarif.ts";
import { renderText } from "../../diagnostics/render-text.ts";
import { everyProblem } from "../every-problem.ts";
import type { Face } from "../face.ts";
import { isUsable } from "../show-diagnostics.ts";
import { version } from "../version.ts";
import { openWorkspace } from "../workspace.ts";

/** `fairlead validate`: every problem of every file, in one run. Exit 1 when there is an error. */
export async function validate(
  face: Face,
  options: { readonly format?: string; readonly json?: boolean },
  paths: readonly string[],
): Promise<number> {
  const { terminal } = face;
  const workspace = await openWorkspace(face);
  try {
    const meant = paths.map((path) => relative(workspace.repository.root, resolve(face.directory, path)));
    const { diagnostics, files } = await everyProblem(face, workspace, meant.length > 0 ? meant : undefined);
    const format = options.json ? "json" : (options.format ?? "text");
    if (format === "json") terminal.result(renderJson(diagnostics, files));
    else if (format === "sarif") terminal.result(renderSarif(diagnostics, { version: version() }));
    else if (format === "github") terminal.result(renderGithub(diagnostics));
    else {
      if (diagnostics.length > 0)
        terminal.say(renderText(diagnostics, { color: terminal.color, width: terminal.width }));
      if (isUsable(diagnostics) && files > 0)
        terminal.say(`${terminal.style("green", "✓")} ${files} ${files === 1 ? "file is" : "files are"} valid`);
    }
    return isUsable(diagnostics) ? 0 : 1;
  } finally {
    await workspace.close();
  }
}
