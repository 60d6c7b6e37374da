import { escapeTerminal } from "../../diagnostics/escape-terminal.ts";
import { lasting } from "../../diagnostics/lasting.ts";
import { printableJson } from "../../diagnostics/printable-json.ts";
import { allIncidents } from "../../incidents/merge-incidents.ts";
import type { Ms } from "../../model/basics.ts";
import type { Incident } from "../../model/incident.ts";
import { beganAt, isOpen, lastedMs } from "../../model/incident-times.ts";
import type { Face } from "../face.ts";
import { openEnvironment } from "../open-environment.ts";
import { openIncidents } from "../open-incidents.ts";
import { readWritten } from "../read-written.ts";
import { refuse, showProblems } from "../show-diagnostics.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace } from "../workspace.ts";

/** What is over is shown for a month, but no more than this many. */
const RECENT_MS = 30 * 86_400_000;
const SHOWN_MAX = 50;

/** `fairlead incidents`: the open ones and those of the last month, automatic and hand-written. Exit 0, whatever they say. */
export async function incidents(face: Face, options: { readonly environment: string }): Promise<number> {
  const { terminal, clock } = face;
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const { environment } = options;
    const kept = await (await openIncidents(face, workspace, environment)).read();
    const now = clock.now();
    const written = await readWritten(workspace.look, now);
    showProblems(terminal, [...kept.diagnostics, ...written.diagnostics]);
    const shown = allIncidents(kept.value, written.value)
      .filter((one) => isOpen(one) || endOf(one) >= now - RECENT_MS)
      .slice(0, SHOWN_MAX);
    if (terminal.json) {
      const issues = new Map(kept.value.map(({ incident, issue }) => [incident.id, issue]));
      terminal.result(
        printableJson({
          format_version: "1.0",
          environment,
          incidents: shown.map((one) => toJson(one, issues.get(one.id), now)),
        }),
      );
    } else show(terminal, environment, shown, now);
    return 0;
  } finally {
    await workspace.close();
  }
}

function toJson(incident: Incident, issue: number | undefined, now: Ms): unknown {
  const { id, title, severity, affected, stretches, updates, source, text, postmortem } = incident;
  const instant = (at: Ms): string => new Date(at).toISOString();
  return {
    id,
    title,
    severity,
    source,
    affected,
    open: isOpen(incident),
    lasted_seconds: Math.floor(lastedMs(incident, now) / 1_000),
    stretches: stretches.map(({ from, to, severity: how }) => ({
      from: instant(from),
      to: to === null ? null : instant(to),
      severity: how,
    })),
    updates: updates.map(({ at, status, says }) => ({ at: instant(at), status, says })),
    ...(text === undefined ? {} : { text }),
    ...(postmortem === undefined ? {} : { postmortem }),
    ...(issue === undefined ? {} : { issue }),
  };
}

function show(terminal: Terminal, environment: string, shown: readonly Incident[], now: Ms): void {
  if (shown.length === 0) terminal.say(`No incident in ${environment} in the last 30 days.`);
  for (const incident of shown) {
    const open = isOpen(incident);
    const mark = open ? terminal.style("red", "●") : terminal.style("green", "✓");
    const since = new Date(beganAt(incident)).toISOString().slice(0, 16).replace("T", " ");
    const length = `${open ? "for" : "lasted"} ${lasting(lastedMs(incident, now))}`;
    terminal.say(`${mark} ${terminal.style("bold", escapeTerminal(incident.title))}  ${since} UTC, ${length}`);
    const says = escapeTerminal((incident.updates.at(-1)?.says ?? "").split("\n")[0] ?? "");
    terminal.say(terminal.style("dim", `  ${incident.id}${says === "" ? "" : `  ${says}`}`));
  }
  const open = shown.filter(isOpen).length;
  if (shown.length > 0)
    terminal.say(open === 0 ? `Nothing is open in ${environment}.` : `${open} open in ${environment}.`);
}

function endOf({ stretches }: Incident): Ms {
  return stretches.at(-1)?.to ?? Number.POSITIVE_INFINITY;
}
