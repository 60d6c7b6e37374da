import stringWidth from "fast-string-width";
import type { Ms } from "../../model/basics.ts";
import { formatDuration } from "../../model/duration.ts";
import type { Sample } from "../../model/health.ts";
import type { Spec } from "../../model/service.ts";
import { checkOnce } from "../../probes/schedule.ts";
import type { Face } from "../face.ts";
import { controlOf } from "../health-record.ts";
import { openHealthWatch } from "../health-watch.ts";
import { openEnvironment } from "../open-environment.ts";
import { readTold } from "../read-told.ts";
import { sayWhoIsTold } from "../say-who-is-told.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import { siteDataNow } from "../status-site.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace } from "../workspace.ts";
import { unknownService } from "./logs.ts";

/** How often the scheduled workflow comes (`scaffold/workflows/fairlead-health.yml`). */
const WORKFLOW_CADENCE_MS = 15 * 60_000;

export interface CheckOptions {
  readonly environment: string;
  readonly collector?: string;
  readonly region?: string;
  /** How often it runs, where a scheduler starts it: what uptime expects. */
  readonly every?: Ms;
}

/** `fairlead check [IDS]`: asks once, records the samples. Exit 1 when one of them failed. */
export async function check(face: Face, options: CheckOptions, ids: readonly string[]): Promise<number> {
  const { terminal } = face;
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const catalog = await opened.value.declared();
    if (!isUsable(catalog.diagnostics)) return refuse(terminal, catalog.diagnostics);
    const { services } = catalog.value;
    const unknown = ids.filter((id) => !services.has(id));
    if (unknown.length > 0)
      return refuse(
        terminal,
        unknown.map((id) => unknownService(id, new Set(services.keys()))),
      );
    const { state } = await opened.value.store.read();
    // What nobody has applied runs nowhere yet, and is not down; named, it is asked all the same.
    const isAsked = ({ id, external }: Spec): boolean =>
      ids.length === 0 ? external === true || state.services.has(id) : ids.includes(id);
    const asked = [...services.values()].filter(({ spec }) => isAsked(spec));
    const everyMs = options.every ?? (face.env["GITHUB_ACTIONS"] === "true" ? WORKFLOW_CADENCE_MS : undefined);
    const { watch, diagnostics } = await openHealthWatch({
      face,
      workspace,
      environment: options.environment,
      comes: everyMs === undefined && options.collector === undefined ? "by hand" : "scheduled",
      collector: options.collector,
      region: options.region,
      cadenceMs: everyMs,
    });
    showProblems(terminal, diagnostics);
    sayWhoIsTold(terminal, catalog.value);
    const watched = await watch.follow(catalog.value, isAsked);
    const width = Math.max(0, ...watched.map(({ service }) => service.length));
    const says = new Map(watched.map((one) => [one.service, one.says ?? ""]));
    const samples = await checkOnce({
      services: watched,
      clock: face.clock,
      signal: face.signal,
      ...controlOf(catalog.value.project, face),
      onSample: (sample) => terminal.say(sampleLine(terminal, sample, width, says.get(sample.service))),
    });
    for (const sample of samples) {
      watch.beat(sample.service, 1);
      watch.sample(sample);
    }
    showProblems(terminal, await watch.keep());
    if (watched.length === 0) terminal.say(nobodyAsked(services.size - asked.length));
    if (terminal.json) {
      const told = await readTold(face, workspace, watch.incidents);
      const data = siteDataNow({ catalog: catalog.value, state, history: watch.history(), told: told.value });
      const services = asked.map(({ id }) => {
        const page = data.services.find((one) => one.id === id);
        const sample = samples.find(({ service }) => service === id) ?? null;
        return { service: id, verdict: page?.verdict ?? "unknown", says: page?.says ?? "Not checked yet.", sample };
      });
      const output = { format_version: "1.0", environment: options.environment, services };
      terminal.result(`${JSON.stringify(output, null, 2)}\n`);
    }
    return samples.some(({ outcome }) => outcome === "fail") ? 1 : 0;
  } finally {
    await workspace.close();
  }
}

function nobodyAsked(waiting: number): string {
  if (waiting > 0)
    return `${waiting === 1 ? "1 service waits" : `${waiting} services wait`} to be applied: nothing runs yet.`;
  return "No service here can be asked: none has a port or a health endpoint.";
}

/** `✓ orders-api  GET /health  200  12ms`, or what went wrong, in a line; `says` is what was asked. */
export function sampleLine(terminal: Terminal, sample: Sample, width: number, says = ""): string {
  const mark = { pass: ["green", "✓"], warn: ["yellow", "!"], fail: ["red", "✗"], unknown: ["dim", "?"] } as const;
  const [color, sign] = mark[sample.outcome];
  const name = sample.service + " ".repeat(Math.max(0, width - stringWidth(sample.service)));
  const broken = (sample.conditions ?? []).filter(({ held }) => !held).map(({ condition }) => condition);
  const facts = [
    says,
    sample.status === undefined ? "" : String(sample.status),
    sample.latencyMs === undefined ? "" : formatDuration(Math.round(sample.latencyMs)),
    sample.error ?? "",
    (sample.attempts ?? 1) > 1 ? `after ${sample.attempts} askings` : "",
    ...broken,
  ].filter((fact) => fact !== "");
  return `${terminal.style(color, sign)} ${name}  ${facts.join("  ")}`;
}
