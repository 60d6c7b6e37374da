import { evaluate, fields, plain, type Scope, type TemplateToken } from "./expressions.ts";
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "./parser.ts";

/** A workflow as it is written: what cannot hold expressions is read, the rest waits for its contexts. */
export interface Workflow {
  /** `.github/workflows/NAME.yml`. */
  readonly path: string;
  readonly name: string;
  /** By event; null where an event has no more to say. */
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Permissions | undefined;
  readonly env: TemplateToken | undefined;
  readonly defaults: TemplateToken | undefined;
  readonly concurrency: TemplateToken | undefined;
  readonly jobs: readonly Job[];
}

export interface Job {
  readonly id: string;
  readonly needs: readonly string[];
  readonly permissions: Permissions | undefined;
  /** Everything else by key, unevaluated. */
  readonly fields: ReadonlyMap<string, TemplateToken>;
}

/** By scope; `read-all` and `write-all` are kept as words. */
export type Permissions = Readonly<Record<string, "read" | "write" | "none">> | "read-all" | "write-all";

/** Parses a workflow as GitHub would. Whatever GitHub would refuse is an error that names every reason. */
export async function readWorkflow(text: string, path: string): Promise<Workflow> {
  const parsed = parseWorkflow({ name: path, content: text }, new NoOperationTraceWriter());
  if (parsed.value !== undefined) await convertWorkflowTemplate(parsed.context, parsed.value);
  const errors = parsed.context.errors.getErrors().map(({ message }) => message);
  if (parsed.value === undefined || errors.length > 0) throw new Error(`${path} is no workflow:\n${errors.join("\n")}`);
  const top = fields(parsed.value);
  return {
    path,
    name: String(plain(top.get("name")) ?? path),
    on: eventsOf(plain(top.get("on"))),
    permissions: plain(top.get("permissions")) as Permissions | undefined,
    env: top.get("env"),
    defaults: top.get("defaults"),
    concurrency: top.get("concurrency"),
    jobs: [...fields(top.get("jobs"))].map(([id, token]) => readJob(id, token)),
  };
}

function readJob(id: string, token: TemplateToken): Job {
  const own = fields(token);
  for (const key of ["container", "services", "uses"])
    if (own.has(key)) throw new Error(`job ${id}: \`${key}\` is not played here`);
  return {
    id,
    needs: [plain(own.get("needs")) ?? []].flat() as string[],
    permissions: plain(own.get("permissions")) as Permissions | undefined,
    fields: own,
  };
}

function eventsOf(on: unknown): Record<string, unknown> {
  if (typeof on === "string") return { [on]: null };
  if (Array.isArray(on)) return Object.fromEntries(on.map((name) => [String(name), null]));
  return on as Record<string, unknown>;
}

/** `concurrency: name` or `{group, cancel-in-progress}`, evaluated. */
export function concurrencyOf(
  token: TemplateToken | undefined,
  scope: Scope,
): { readonly group: string; readonly cancelsRunning: boolean } | null {
  if (token === undefined) return null;
  const value = evaluate(token, scope);
  if (typeof value !== "object" || value === null) return { group: String(value), cancelsRunning: false };
  const { group, "cancel-in-progress": cancel } = value as Record<string, unknown>;
  return { group: String(group), cancelsRunning: cancel === true };
}
