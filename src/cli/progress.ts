import type { Terminal } from "./terminal.ts";

/** One long step as people see it: a moving line on a terminal, plain lines elsewhere. */
export interface Task {
  update(text: string): void;
  done(text: string): void;
  fail(text: string): void;
}

/** Starts a step. Without a terminal it says when it begins and how it ends, a line each, and nothing between. */
export async function startTask(terminal: Terminal, title: string): Promise<Task> {
  if (!terminal.interactive || terminal.json) {
    terminal.say(`${title} ...`);
    return {
      update: () => undefined,
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
    done: (text) => moving.succeed(text),
    fail: (text) => moving.fail(text),
  };
}
