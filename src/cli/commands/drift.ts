import type { DriftReport, ServiceDrift } from "../../apply/drift-report.ts";
import { escapeTerminal } from "../../diagnostics/escape-terminal.ts";
import { printableJson } from "../../diagnostics/printable-json.ts";
import type { Face } from "../face.ts";
import { lookForDrift } from "../look-for-drift.ts";
import { openEnvironment } from "../open-environment.ts";
import { refuse, showProblems } from "../show-diagnostics.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace } from "../workspace.ts";

/**
 * `fairlead drift`: whether what runs is what is recorded. Starts and changes nothing. Exit 0: it is; 2: something runs otherwise,
 * or runs and is not recorded; 1: it cannot be told.
 */
export async function drift(face: Face, options: { readonly environment: string }): Promise<number> {
  const { terminal } = face;
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const { name } = opened.value;
    const found = await lookForDrift(face, workspace, opened.value);
    if (found.value === null) return refuse(terminal, found.diagnostics);
    showProblems(terminal, found.diagnostics);
    const { report, state } = found.value;
    if (terminal.json) terminal.result(printableJson(toJson(name, state, report)));
    else showDrift(terminal, name, report);
    if (report.hasDrifted) return 2;
    return report.isComplete ? 0 : 1;
  } finally {
    await workspace.close();
  }
}

/** `schemas/drift.schema.json`. */
function toJson(environment: string, state: string | null, report: DriftReport): unknown {
  const { services, strangers, hasDrifted, isComplete } = report;
  return { format_version: "1.0", environment, state, drifted: hasDrifted, complete: isComplete, services, strangers };
}

const MARKS: Readonly<
  Record<ServiceDrift["is"], readonly [color: "green" | "red" | "yellow" | "dim", sign: string, words: string]>
> = {
  agrees: ["green", "✓", "agrees"],
  drifted: ["red", "✗", "drifted"],
  foreign: ["yellow", "?", "foreign"],
  unreachable: ["yellow", "!", "unreachable"],
  changing: ["dim", "…", "changing"],
};

function showDrift(terminal: Terminal, environment: string, { services, strangers, ...report }: DriftReport): void {
  const column = Math.max(0, ...services.map(({ service }) => service.length));
  for (const { service, is, says, release } of services) {
    const [color, sign, words] = MARKS[is];
    const number = release === null ? "" : ` r${release}`;
    const more = says === "" ? "" : `: ${escapeTerminal(says)}`;
    terminal.say(
      `${terminal.style(color, sign)} ${service.padEnd(column)}  ${terminal.style(color, words)}${number}${more}`,
    );
  }
  for (const stranger of strangers)
    terminal.say(`${terminal.style("dim", "·")} ${escapeTerminal(stranger)} is on the target and is not Fairlead's`);
  terminal.say(terminal.style("bold", sentence(environment, services, report)));
  if (services.some(({ is }) => is === "drifted"))
    terminal.say(terminal.style("dim", `\`fairlead apply -e ${environment}\` brings back what is recorded.`));
}

function sentence(
  environment: string,
  services: readonly ServiceDrift[],
  { hasDrifted, isComplete }: Pick<DriftReport, "hasDrifted" | "isComplete">,
): string {
  if (services.length === 0) return `Nothing is recorded of ${environment}, and nothing runs there.`;
  const count = (...words: readonly ServiceDrift["is"][]): number =>
    services.filter(({ is }) => words.includes(is)).length;
  if (hasDrifted)
    return `${count("drifted", "foreign")} of ${services.length} in ${environment} ${count("drifted", "foreign") === 1 ? "is" : "are"} not as recorded.`;
  if (!isComplete) return `${count("unreachable")} of ${services.length} in ${environment} could not be seen.`;
  return `${environment} runs as it is recorded.`;
}
