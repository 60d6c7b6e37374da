import { styleText } from "node:util";

/** Where words go: results to standard output, everything else to standard error, and how they may look. */
export interface Terminal {
  /** Colours are allowed: a terminal, no NO_COLOR, or FORCE_COLOR. */
  readonly color: boolean;
  /** Someone is there to be asked, and a spinner may move. */
  readonly interactive: boolean;
  readonly width: number;
  /** Standard output is for machines. */
  readonly json: boolean;
  /** The command's result: standard output as it is. */
  result(text: string): void;
  /** For people: standard output, or standard error when that is for machines. */
  say(text: string): void;
  /** Problems: standard error. */
  complain(text: string): void;
  style(format: Parameters<typeof styleText>[0], text: string): string;
}

/** Reads the real streams and environment. */
export function openTerminal({ json }: { readonly json: boolean }): Terminal {
  const human = json ? process.stderr : process.stdout;
  const color = mayColor(human.isTTY === true);
  const line = (stream: NodeJS.WriteStream, text: string): void => {
    stream.write(text.endsWith("\n") ? text : `${text}\n`);
  };
  return {
    color,
    interactive: human.isTTY === true && process.stdin.isTTY === true && !process.env["CI"],
    width: Math.min(human.columns ?? 100, 140),
    json,
    result: (text) => line(process.stdout, text),
    say: (text) => line(human, text),
    complain: (text) => line(process.stderr, text),
    style: (format, text) => (color ? styleText(format, text, { validateStream: false }) : text),
  };
}

/** https://no-color.org: a NO_COLOR that is not empty switches colours off; FORCE_COLOR switches them on without a terminal. */
function mayColor(isTerminal: boolean): boolean {
  if (process.env["NO_COLOR"]) return false;
  const force = process.env["FORCE_COLOR"];
  if (force !== undefined && force !== "0") return true;
  return isTerminal && process.env["TERM"] !== "dumb";
}
