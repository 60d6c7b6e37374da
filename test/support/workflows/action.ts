import type { Repository } from "./run-options.ts";

/** An action played by the test. Throwing fails its step. */
export type Action =
  | ((call: ActionCall) => Promise<ActionResult | undefined> | ActionResult | undefined)
  | CompositeAction;

/** An action that is a folder with an `action.yml`: its steps are run. */
export interface CompositeAction {
  readonly folder: string;
}

export interface ActionCall {
  /** What stands under `with`; what does not is not here. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The environment that its process would get. */
  readonly env: Readonly<Record<string, string>>;
  readonly token: string;
  readonly event: { readonly name: string; readonly payload: Readonly<Record<string, unknown>> };
  readonly ref: string;
  readonly sha: string;
  readonly repository: Repository;
  readonly otherRepositories: Readonly<Record<string, string>>;
  readonly serverUrl: string;
  readonly workspace: string;
  readonly temp: string;
  /** Prints a line into the step's log. */
  say(line: string): void;
  /** Runs a program and prints what it prints; a failure throws. */
  exec(command: readonly string[], options?: { readonly cwd?: string }): Promise<void>;
}

export interface ActionResult {
  readonly outputs?: Readonly<Record<string, string>>;
  /** Folders for the path of later steps. */
  readonly path?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Run when the job is over, last action first; never on a machine that died. */
  readonly post?: () => Promise<void> | void;
}
