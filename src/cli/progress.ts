import type { Terminal } from "./terminal.ts";

/** One long step as people see it: a moving line on a terminal, plain lines elsewhere. */
export interface Task {
  /** What is being done at this moment; gone with the next. */
  update(text: string): void;
  /** Something worth keeping: its own line wherever it is shown. */
  note(text: string): void;
  done(text: string): void;
  fail(text: string): void;
}

/** Starts a step. Without a terminal it says when it begins, what is worth keeping and how it ends, a line each. */
export async function startTask(terminal: Terminal, title: string): Promise<Task> {
  const kept = (text: string): void => terminal.say(`  ${terminal.style("dim", text)}`);
  if (!terminal.interactive || terminal.json) {
    terminal.say(`${title} ...`);
    return {
      update: () => undefined,
      note: kept,
      done: (text) => terminal.say(`${terminal.style("green", "✓")} ${text}`),
      fail: (text) => terminal.say(`${terminal.style("red", "✗")} ${text}`),
    };
  }
  const { default: ora } = await import("ora");
  // Standard input stays ours: Ctrl-C must reach the command, which ends what it began.
  const moving = ora({ text: title, discardStdin: false, stream: process.stdout }).start();
  return {
    update: (text) => {
      moving.text = text;
    },
    note: (text) => {
      moving.clear();
      kept(text);
      moving.render();
    },
    done: (text) => void moving.succeed(text),
    fail: (text) => void moving.fail(text),
  };
}
