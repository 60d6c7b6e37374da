/** A line of a log that GitHub shows beside the code, or at the top of the run. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly endLine?: number;
  readonly col?: number;
  readonly endColumn?: number;
  readonly title?: string;
}

/** GitHub keeps ten of each level of a step; the rest is in the log alone. */
const ANNOTATIONS_PER_STEP = 10;

const KNOWN = new Set([
  "add-mask",
  "add-matcher",
  "debug",
  "echo",
  "endgroup",
  "error",
  "group",
  "notice",
  "remove-matcher",
  "save-state",
  "set-output",
  "stop-commands",
  "warning",
]);

/**
 * Reads the commands in a step's log as the runner does, in both spellings: `::error file=a::…` where a line begins with it
 * (spaces aside), and the old `##[error]…` wherever it stands. `::stop-commands::TOKEN` makes the runner deaf until `::TOKEN::`.
 * Source: actions/runner, `ActionCommand.cs` and `ActionCommandManager.cs`.
 */
export function commandReader(): {
  readonly annotations: readonly Annotation[];
  readonly masks: readonly string[];
  /** Commands that were obeyed, by name: what hostile text must not bring about. */
  readonly obeyed: readonly string[];
  read(line: string): void;
} {
  const annotations: Annotation[] = [];
  const masks: string[] = [];
  const obeyed: string[] = [];
  let stop: string | null = null;
  return {
    annotations,
    masks,
    obeyed,
    read(line) {
      const command = parse(line, stop);
      if (command === null) return;
      if (stop !== null) {
        stop = null;
        return;
      }
      obeyed.push(command.name);
      if (command.name === "stop-commands") stop = command.message;
      else if (command.name === "add-mask") masks.push(...command.message.split("\n").filter((part) => part !== ""));
      else if (isLevel(command.name)) {
        const of = annotations.filter(({ level }) => level === command.name).length;
        if (of < ANNOTATIONS_PER_STEP) annotations.push(annotation(command.name, command));
      }
    },
  };
}

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

function parse(line: string, stop: string | null): Command | null {
  const knows = (name: string): boolean => (stop === null ? KNOWN.has(name.toLowerCase()) : name === stop);
  const begins = line.trimStart();
  const modern = /^::([^\s:]+)(?: ([\s\S]*?))?::([\s\S]*)$/.exec(begins);
  if (modern?.[1] !== undefined && knows(modern[1]))
    return command(modern[1], modern[2] ?? "", ",", unescapeMessage(modern[3] ?? ""));
  const old = /##\[([^\s\]]+)(?: ([^\]]*))?\]([\s\S]*)$/.exec(line);
  if (old?.[1] !== undefined && knows(old[1])) return command(old[1], old[2] ?? "", ";", unescapeMessage(old[3] ?? ""));
  return null;
}

function command(name: string, written: string, separator: string, message: string): Command {
  const pairs = written.split(separator).flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim(), unescapeProperty(pair.slice(at + 1))] as const];
  });
  return {
    name: KNOWN.has(name.toLowerCase()) ? name.toLowerCase() : name,
    properties: Object.fromEntries(pairs),
    message,
  };
}

function annotation(level: Annotation["level"], { properties, message }: Command): Annotation {
  const number = (name: string) => (properties[name] === undefined ? {} : { [name]: Number(properties[name]) });
  const text = (name: string) => (properties[name] === undefined ? {} : { [name]: properties[name] });
  return {
    level,
    message,
    ...text("file"),
    ...text("title"),
    ...number("line"),
    ...number("endLine"),
    ...number("col"),
    ...number("endColumn"),
  };
}

function isLevel(name: string): name is Annotation["level"] {
  return name === "error" || name === "warning" || name === "notice";
}

function unescapeMessage(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

function unescapeProperty(text: string): string {
  return text
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%25", "%");
}
