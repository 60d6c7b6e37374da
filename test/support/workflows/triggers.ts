import picomatch from "picomatch";
import type { WorkflowEvent } from "./run-options.ts";
import type { Workflow } from "./workflow.ts";

/** The activity types that start a workflow which names none. Source: "Events that trigger workflows". */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  pull_request: ["opened", "synchronize", "reopened"],
  workflow_run: ["requested", "completed"],
};

/** Whether an event starts a workflow: by its name, its activity, its branch and, of a `workflow_run`, the name of the run. */
export function startsOn(workflow: Workflow, event: WorkflowEvent): boolean {
  if (!Object.hasOwn(workflow.on, event.name)) return false;
  const filter = (workflow.on[event.name] ?? {}) as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(filter))
    if (
      !["types", "branches", "tags", "workflows", "inputs", "outputs", "secrets"].includes(key) &&
      Number.isNaN(Number(key))
    )
      throw new Error(`${workflow.path}: the filter \`${key}\` is not played here`);
  const payload = event.payload as Payload;
  // Each line of a schedule starts what it stands in.
  if (event.name === "schedule")
    return (workflow.on["schedule"] as readonly { cron: string }[]).some(({ cron }) => cron === payload.schedule);
  const types = [filter["types"] ?? TYPES[event.name] ?? []].flat() as string[];
  if (payload.action !== undefined && types.length > 0 && !types.includes(payload.action)) return false;
  const names = filter["workflows"] as readonly string[] | undefined;
  if (names !== undefined && !names.includes(payload.workflow_run?.name ?? "")) return false;
  if (event.name === "push") return pushStarts(filter, payload.ref ?? "");
  const branches = filter["branches"] as readonly string[] | undefined;
  const branch = payload.pull_request?.base?.ref ?? payload.workflow_run?.head_branch ?? "";
  return branches === undefined || picomatch.isMatch(branch, [...branches]);
}

interface Payload {
  readonly schedule?: string;
  readonly action?: string;
  readonly ref?: string;
  readonly pull_request?: { readonly base?: { readonly ref?: string } };
  readonly workflow_run?: { readonly name?: string; readonly head_branch?: string };
}

/** With one of `branches` and `tags` alone, the other starts nothing. */
function pushStarts(filter: Readonly<Record<string, unknown>>, ref: string): boolean {
  const { branches, tags } = filter as { branches?: readonly string[]; tags?: readonly string[] };
  if (branches === undefined && tags === undefined) return true;
  const [, kind, name = ""] = /^refs\/(heads|tags)\/(.*)$/.exec(ref) ?? [];
  const wanted = kind === "heads" ? branches : tags;
  return wanted !== undefined && picomatch.isMatch(name, [...wanted]);
}
