import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import type { Action, ActionResult } from "./action.ts";
import { evaluate, evaluateText, evaluateTexts, fields, holds, type Scope, type TemplateToken } from "./expressions.ts";
import type { Run } from "./github-context.ts";
import { NoOperationTraceWriter, parseAction } from "./parser.ts";
import type { Result, RunOptions, StepResult } from "./run-options.ts";
import { type Ending, runProcess } from "./run-process.ts";
import { makeRunnerFiles, readRunnerFiles } from "./runner-files.ts";
import { type Annotation, commandReader } from "./workflow-commands.ts";

/** A job's machine while it runs. */
export interface Machine {
  readonly options: RunOptions;
  readonly run: Run;
  readonly jobId: string;
  readonly jobName: string;
  readonly workspace: string;
  readonly temp: string;
  readonly token: string;
  readonly actions: Readonly<Record<string, Action>>;
  /** Contexts that do not change while it runs. */
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly github: Readonly<Record<string, unknown>>;
  /** GITHUB_*, RUNNER_* and what the machine has itself; no step can change these. */
  readonly environment: Readonly<Record<string, string>>;
  readonly defaults: { readonly shell?: string; readonly "working-directory"?: string };
  readonly kill: AbortSignal;
  readonly cancel: AbortSignal;
  // What steps change for later steps.
  status: "success" | "failure" | "cancelled";
  died: boolean;
  env: Record<string, string>;
  path: readonly string[];
  steps: number;
  readonly masks: string[];
  readonly annotations: Annotation[];
  readonly posts: (() => Promise<void> | void)[];
}

/** Where steps stand: a job, or a composite action within one. */
interface Frame {
  readonly inputs: Readonly<Record<string, unknown>> | undefined;
  readonly actionPath: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly results: Record<string, { outputs: Readonly<Record<string, string>>; outcome: Result; conclusion: Result }>;
}

const RUNNER_CANCEL_GRACE_MS = [7_500, 2_500] as const;
const MS_PER_MINUTE = 60_000;

/** Runs a job's steps in order; each tells how it ended. Nothing runs on a machine that died. */
export async function runSteps(machine: Machine, steps: readonly TemplateToken[]): Promise<StepResult[]> {
  const frame: Frame = { inputs: undefined, actionPath: null, env: {}, results: {} };
  return runAll(machine, steps, frame);
}

/** The scope in which a job's outputs are evaluated. */
export function scopeAfter(machine: Machine, steps: readonly StepResult[]): Scope {
  const results = Object.fromEntries(steps.map(({ id, ...rest }) => [id, rest]));
  return scopeOf(machine, { inputs: undefined, actionPath: null, env: {}, results }, {});
}

async function runAll(machine: Machine, steps: readonly TemplateToken[], frame: Frame): Promise<StepResult[]> {
  const done: StepResult[] = [];
  for (const step of steps) {
    if (machine.died) break;
    const result = await runStep(machine, fields(step), frame);
    done.push(result);
    frame.results[result.id] = result;
  }
  return done;
}

async function runStep(machine: Machine, step: ReadonlyMap<string, TemplateToken>, frame: Frame): Promise<StepResult> {
  machine.steps += 1;
  const number = machine.steps;
  const run = step.get("run");
  const uses = step.get("uses");
  let scope = scopeOf(machine, frame, {});
  const told = step.get("name");
  const first = run === undefined ? (uses === undefined ? "" : evaluateText(uses, scope)) : evaluateText(run, scope);
  const name = told === undefined ? `Run ${first.trim().split("\n")[0]}` : evaluateText(told, scope);
  const id = step.has("id") ? evaluateText(step.get("id") as TemplateToken, scope) : `__${number}`;
  const lines: string[] = [];
  const commands = commandReader();
  const say = (text: string): void => {
    commands.read(text);
    const line = masked(text, [...machine.masks, ...commands.masks]);
    lines.push(line);
    machine.options.onLine?.({ job: machine.jobName, step: name, text: line });
  };
  const end = (outcome: Result, outputs: Readonly<Record<string, string>> = {}, summary = ""): StepResult => {
    const pardoned = outcome === "failure" && step.has("continue-on-error");
    const conclusion =
      pardoned && evaluate(step.get("continue-on-error") as TemplateToken, scope) === true ? "success" : outcome;
    if (conclusion === "failure" && machine.status === "success") machine.status = "failure";
    if (outcome === "cancelled") machine.status = "cancelled";
    machine.masks.push(...commands.masks);
    machine.annotations.push(...commands.annotations);
    return { id, name, outcome, conclusion, log: lines.join("\n"), outputs, summary, obeyed: commands.obeyed };
  };

  try {
    if (machine.kill.aborted) return died(machine, end);
    if (!holds(step.get("if"), scope)) return { ...end("skipped"), conclusion: "skipped" };
    const env = { ...frame.env, ...evaluateTexts(step.get("env"), scope) };
    scope = scopeOf(machine, frame, env);
    const timeLimit = timeout(step.get("timeout-minutes"), scope);
    // A step that `always()` wants runs in a job that is cancelled already, and only its own time can end it.
    const cancels = machine.cancel.aborted ? [] : [machine.cancel];
    const cancel = AbortSignal.any([...cancels, ...(timeLimit === null ? [] : [timeLimit])]);
    const files = makeRunnerFiles(join(machine.temp, "_runner_file_commands"), number);
    const environment = {
      ...machine.env,
      ...env,
      ...machine.environment,
      ...files,
      GITHUB_ACTION: id,
      ...(frame.actionPath === null ? {} : { GITHUB_ACTION_PATH: frame.actionPath }),
      PATH: [...machine.path, machine.environment["PATH"]].join(delimiter),
    };
    const execute = (command: readonly string[], cwd: string): Promise<Ending> =>
      runProcess(command, {
        cwd,
        env: environment,
        onLine: say,
        kill: machine.kill,
        cancel,
        cancelGraceMs: machine.options.cancelGraceMs ?? RUNNER_CANCEL_GRACE_MS,
      });

    if (uses !== undefined) {
      const inputs = evaluateTexts(step.get("with"), scope);
      const acted = await act(machine, evaluateText(uses, scope), inputs, env, environment, say, execute);
      if (machine.died || machine.kill.aborted) return died(machine, end);
      if (acted.post !== undefined) machine.posts.unshift(acted.post);
      machine.path = [...(acted.path ?? []), ...machine.path];
      machine.env = { ...machine.env, ...acted.env };
      return end(acted.outcome, acted.outputs, acted.summary);
    }
    const ending = await execute(shellFor(machine, step, scope, first, number), workingFolder(machine, step, scope));
    if (ending.is === "died") return died(machine, end);
    const written = readRunnerFiles(files);
    machine.env = { ...machine.env, ...written.env };
    machine.path = [...written.path, ...machine.path];
    for (const error of written.errors) say(`::error::${error}`);
    const timedOut = timeLimit?.aborted === true;
    if (timedOut) say("::error::The action has timed out.");
    if (ending.is === "exit" && ending.code !== 0) say(`::error::Process completed with exit code ${ending.code}.`);
    const good = ending.is === "exit" && ending.code === 0 && written.errors.length === 0;
    const outcome = good ? "success" : ending.is === "cancelled" && !timedOut ? "cancelled" : "failure";
    return end(outcome, written.outputs, written.summary);
  } catch (error) {
    if (machine.kill.aborted) return died(machine, end);
    say(`::error::${error instanceof Error ? error.message : String(error)}`);
    return end(machine.cancel.aborted && machine.status !== "cancelled" ? "cancelled" : "failure");
  }
}

function died(machine: Machine, end: (outcome: Result) => StepResult): StepResult {
  machine.died = true;
  return end("failure");
}

interface Acted extends ActionResult {
  readonly outcome: Result;
  readonly summary?: string;
}

async function act(
  machine: Machine,
  uses: string,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
  say: (line: string) => void,
  execute: (command: readonly string[], cwd: string) => Promise<Ending>,
): Promise<Acted> {
  const name = uses.split("@")[0] ?? uses;
  const action = uses.startsWith("./") ? { folder: resolve(machine.workspace, uses) } : machine.actions[name];
  if (action === undefined) throw new Error(`nobody plays the action ${name}`);
  if ("folder" in action) return composite(machine, action.folder, inputs, env, say);
  const result = await action({
    inputs,
    env: environment,
    token: machine.token,
    event: machine.options.event,
    ref: machine.run.ref,
    sha: machine.run.sha,
    repository: machine.options.repository,
    otherRepositories: machine.options.otherRepositories ?? {},
    serverUrl: machine.options.urls.server,
    workspace: machine.workspace,
    temp: machine.temp,
    say,
    async exec(command, { cwd = machine.workspace } = {}) {
      const ending = await execute(command, cwd);
      if (ending.is !== "exit" || ending.code !== 0)
        throw new Error(
          `The process '${command[0]}' failed with ${ending.is === "exit" ? `exit code ${ending.code}` : ending.is}`,
        );
    },
  });
  return { outcome: "success", ...result };
}

/** Runs an action's steps with its inputs. Its steps see neither the job's steps nor its secrets. */
async function composite(
  machine: Machine,
  folder: string,
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<Acted> {
  const file = ["action.yml", "action.yaml"].map((name) => join(folder, name)).find((one) => existsSync(one));
  if (file === undefined) throw new Error(`Can't find 'action.yml' under '${folder}'`);
  const { context, value } = parseAction(
    { name: file, content: readFileSync(file, "utf8") },
    new NoOperationTraceWriter(),
  );
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (errors.length > 0) throw new Error(`${file} is no action:\n${errors.join("\n")}`);
  const action = fields(value);
  const runs = fields(action.get("runs"));
  const declared = [...fields(action.get("inputs"))];
  const outside = scopeOf(machine, { inputs: {}, actionPath: folder, env, results: {} }, {});
  const inputs = Object.fromEntries(
    declared.map(([name, token]) => {
      const standard = fields(token).get("default");
      return [name, given[name] ?? (standard === undefined ? "" : evaluateText(standard, outside))];
    }),
  );
  for (const name of Object.keys(given)) if (!(name in inputs)) say(`::warning::Unexpected input(s) '${name}'`);
  const frame: Frame = { inputs, actionPath: folder, env, results: {} };
  const before = machine.status;
  // `success()` in an action asks how the action goes.
  machine.status = "success";
  const steps = await runAll(machine, [...(runs.get("steps") as unknown as Iterable<TemplateToken>)], frame);
  const status = machine.status as Result;
  machine.status = before;
  for (const step of steps) for (const line of step.log.split("\n")) say(line.replace(/^\s*::|##\[/g, " "));
  const scope = scopeOf(machine, frame, env);
  const outputs = [...fields(action.get("outputs"))].map(([name, token]) => {
    const written = fields(token).get("value");
    return [name, written === undefined ? "" : evaluateText(written, scope)] as const;
  });
  return {
    outcome: status,
    outputs: Object.fromEntries(outputs),
    summary: steps.map(({ summary }) => summary).join(""),
  };
}

/** The command that a step's script is given to. Source: `jobs.<job_id>.steps[*].shell` in GitHub's workflow syntax. */
function shellFor(
  machine: Machine,
  step: ReadonlyMap<string, TemplateToken>,
  scope: Scope,
  script: string,
  number: number,
): readonly string[] {
  const token = step.get("shell");
  const shell = token === undefined ? machine.defaults.shell : evaluateText(token, scope);
  const file = join(machine.temp, `script-${number}.sh`);
  writeFileSync(file, script);
  if (shell === undefined) return ["bash", "-e", file];
  if (shell === "bash") return ["bash", "--noprofile", "--norc", "-eo", "pipefail", file];
  if (shell === "sh") return ["sh", "-e", file];
  throw new Error(`the shell ${shell} is not played here`);
}

function workingFolder(machine: Machine, step: ReadonlyMap<string, TemplateToken>, scope: Scope): string {
  const token = step.get("working-directory");
  const folder = token === undefined ? machine.defaults["working-directory"] : evaluateText(token, scope);
  mkdirSync(machine.workspace, { recursive: true });
  return resolve(machine.workspace, folder ?? ".");
}

function timeout(token: TemplateToken | undefined, scope: Scope): AbortSignal | null {
  return token === undefined ? null : AbortSignal.timeout(Number(evaluate(token, scope)) * MS_PER_MINUTE);
}

function scopeOf(machine: Machine, frame: Frame, env: Readonly<Record<string, string>>): Scope {
  const { secrets, ...shared } = machine.contexts;
  const steps = Object.fromEntries(
    Object.entries(frame.results).map(([id, { outputs, outcome, conclusion }]) => [
      id,
      { outputs, outcome, conclusion },
    ]),
  );
  const inAction = frame.actionPath !== null;
  return {
    status: machine.status,
    contexts: {
      ...shared,
      ...(inAction ? {} : { secrets }),
      github: { ...machine.github, ...(inAction ? { action_path: frame.actionPath } : {}) },
      inputs: frame.inputs ?? machine.run.inputs,
      env: { ...machine.env, ...frame.env, ...env },
      job: { status: machine.status },
      steps,
    },
  };
}

function masked(text: string, masks: readonly string[]): string {
  return masks.reduce((line, mask) => (mask === "" ? line : line.replaceAll(mask, "***")), text);
}
