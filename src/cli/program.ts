import { Command, InvalidArgumentError, Option } from "commander";
import type { Ms } from "../model/basics.ts";
import { formatDuration, parseDuration } from "../model/duration.ts";
import type { Face } from "./face.ts";
import { version } from "./version.ts";

/** Options that every command has. */
interface Shared {
  readonly C?: string;
  readonly json?: boolean;
}

type Action<Options> = (face: Face, options: Options, args: readonly string[]) => Promise<number>;

/**
 * Reads the command line and runs one command. Resolves to the exit code: 0 done, 1 an error, 2 changes or held steps
 * where `--detailed-exitcode` asks for it, 130 interrupted.
 */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command("fairlead")
    .description("Git leads; services follow. One YAML file per service: planned, applied, checked and published.")
    .version(version(), "-V, --version")
    .option("-C <dir>", "work in this folder instead of the current one")
    .option("--json", "machine output on standard output, everything else on standard error")
    .showHelpAfterError("(add --help for the options and an example)")
    .showSuggestionAfterError(true)
    .exitOverride()
    .addHelpText("after", "\nStart here:\n  fairlead init shop && cd shop && fairlead up");

  const github = program
    .command("github")
    .description("What the workflows call in GitHub Actions: plan, comment, environments, apply, drift");

  const health = program.command("health").description("What is kept of how services were: verify, compact");

  const state = program.command("state").description("What is recorded of an environment: repair");
  const siteGroup = program
    .command("site")
    .description("The status site: build it into a folder, or look at it")
    .addHelpText("after", "\nExample:\n  fairlead site build --out public");

  /** Adds a command whose code is loaded only when it runs: start-up stays short however many there are. */
  const add = <Options>(
    usage: string,
    description: string,
    example: string,
    declare: (command: Command) => Command,
    load: () => Promise<Action<Options>>,
  ): void => {
    const group = [github, health, state, siteGroup].find((one) => usage.startsWith(`${one.name()} `));
    const [parent, name] = group ? [group, usage.slice(group.name().length + 1)] : [program, usage];
    // `fairlead site` alone builds.
    const isDefault = usage === "site build";
    declare(
      parent.command(name, { isDefault }).description(description).addHelpText("after", `\nExample:\n  ${example}`),
    ).action(async (...received: unknown[]) => {
      const command = received.at(-1) as Command;
      const options = command.optsWithGlobals<Options & Shared & { readonly format?: string }>();
      const { openFace } = await import("./face.ts");
      const face = openFace({
        ...(options.C === undefined ? {} : { directory: options.C }),
        json: options.json === true || options.format === "json" || options.format === "sarif",
      });
      exitCode = await (await load())(face, options, command.args);
    });
  };

  const environment = new Option("-e, --environment <name>", "the environment").default("development");

  add(
    "validate [paths...]",
    "Check every service file; every problem in one run, each at its line",
    "fairlead validate services/orders-api.yaml",
    (c) => c.addOption(new Option("--format <form>", "how to print").choices(["text", "json", "sarif", "github"])),
    async () => (await import("./commands/validate.ts")).validate,
  );
  add(
    "plan",
    "Show what would change, and what it would cost",
    "fairlead plan -e production --out plan.json\n  fairlead plan --ref my-branch --base origin/main",
    (c) =>
      c
        .option("-e, --environment <name>", "the environment (development; with --base, every one that a team shares)")
        .option("--ref <rev>", "plan a commit from Git's objects instead of the working folder")
        .option("--base <rev>", "as it would be merged into this commit, told apart from what waits there already")
        .option("--offline", "ask no remote: plan on the State that was fetched last")
        .addOption(new Option("--format <form>", "how to print").choices(["text", "json", "markdown"]))
        .option("--out <file>", "also write the plan as JSON, for `fairlead apply FILE`")
        .option("--detailed-exitcode", "exit 0: nothing to do, 1: error, 2: changes or held steps")
        .addOption(allowDestroy()),
    async () => (await import("./commands/plan.ts")).plan,
  );
  add(
    "apply [planfile]",
    "Make it so: apply the plan, or exactly the approved steps of a plan file",
    "fairlead apply --yes",
    (c) =>
      c
        .addOption(environment)
        .option("--yes", "do not ask")
        .addOption(allowDestroy())
        .option("--parallelism <n>", "services changed side by side", atLeastOne, 4)
        .option("--budget <duration>", "pause what is not finished after this long; the next apply goes on", duration)
        .option("--detailed-exitcode", "exit 2 when steps are held or paused"),
    async () => (await import("./commands/apply.ts")).apply,
  );
  add(
    "up",
    "Validate, apply, wait until healthy, serve the status site, and keep watching",
    "fairlead up --once",
    (c) =>
      c
        .addOption(environment)
        .option("--once", "do it all once, stop the services again and exit")
        .option("--yes", "do not ask, as is asked outside development")
        .option("--port <port>", "of the status site", portNumber, 4321)
        .option("--out <dir>", "folder of the status site", "dist/status"),
    async () => (await import("./commands/up.ts")).up,
  );
  add(
    "down",
    "Stop every local service, the edge and the agent",
    "fairlead down",
    (c) => c.addOption(environment),
    async () => (await import("./commands/down.ts")).down,
  );
  add(
    "status",
    "What is recorded and what runs, service by service",
    "fairlead status --json",
    (c) => c.addOption(environment),
    async () => (await import("./commands/status.ts")).status,
  );
  add(
    "drift",
    "Whether what runs is what is recorded; exit 2 where it is not",
    "fairlead drift -e production",
    (c) => c.addOption(environment),
    async () => (await import("./commands/drift.ts")).drift,
  );
  add(
    "history [id]",
    "Who deployed what and how it ended, or one service's releases through time",
    "fairlead history orders-api -e production",
    (c) => c.addOption(environment).option("-n, --lines <n>", "how many runs or releases", atLeastOne, 20),
    async () => (await import("./commands/history.ts")).history,
  );
  add(
    "set <id> <path=value...>",
    "Set fields of a service's file, here or on the remote; comments and layout stay",
    "fairlead set orders-api image=registry.example.com/orders@sha256:… --pull-request",
    (c) =>
      c
        .option("-e, --environment <name>", "write into this environment's overlay")
        .option("--push", "on the remote's default branch, without touching this folder")
        .option("--pull-request", "on a branch of its own, with a pull request")
        .option("--branch <name>", "on this branch of the remote"),
    async () => (await import("./commands/set.ts")).set,
  );
  add(
    "rollback <id>",
    "Prepare the commit that makes a service what it was, with a pull request; or go back at once",
    "fairlead rollback orders-api --to 7 -e production",
    (c) =>
      c
        .addOption(environment)
        .option("--to <release>", "this release; the one that served before unless given", atLeastOne)
        .option("--now", "bring it back at once, and hold what is declared until Git agrees"),
    async () => (await import("./commands/rollback.ts")).rollback,
  );
  add(
    "health verify",
    "Count every figure again from what is kept, and those of a built site; exit 1 on a difference",
    "fairlead health verify -e production --site dist/status",
    (c) => c.addOption(environment).option("--site <dir>", "also the figures in this folder's data.json"),
    async () => (await import("./commands/health.ts")).healthVerify,
  );
  add(
    "health compact",
    "Count old samples into hours, days and months now; checks do it by themselves",
    "fairlead health compact -e production",
    (c) => c.addOption(environment),
    async () => (await import("./commands/health.ts")).healthCompact,
  );
  add(
    "state repair",
    "Rebuild a State that is lost, was moved by force or cannot be read, of what runs and what Git declares",
    "fairlead state repair -e production",
    (c) =>
      c
        .requiredOption("-e, --environment <name>", "the environment")
        .option("--yes", "do not ask before it is written"),
    async () => (await import("./commands/state-repair.ts")).stateRepair,
  );
  add(
    "retry <id>",
    "Let a held release be tried again by the next apply",
    "fairlead retry orders-api && fairlead apply",
    (c) => c.addOption(environment),
    async () => (await import("./commands/retry.ts")).retry,
  );
  add(
    "logs <id>",
    "What a local service has written",
    "fairlead logs orders-api -f",
    (c) =>
      c
        .addOption(environment)
        .option("-f, --follow", "keep printing as it is written")
        .option("-n, --lines <n>", "how many lines to start with", atLeastOne, 100),
    async () => (await import("./commands/logs.ts")).logs,
  );
  add(
    "check [ids...]",
    "Ask every service, or these, once, and record the samples",
    "fairlead check --json",
    (c) =>
      c
        .addOption(environment)
        .addOption(collector())
        .addOption(region())
        .option(
          "--every <duration>",
          "how often a scheduler starts this, which uptime then expects (15m in Actions); by hand nothing is expected",
          duration,
        ),
    async () => (await import("./commands/check.ts")).check,
  );
  add(
    "watch",
    "Ask every service at its interval, for as long as this runs, and keep what is seen",
    "fairlead watch -e production --collector eu-1 --region eu-central",
    (c) =>
      c
        .addOption(environment)
        .addOption(collector())
        .addOption(region())
        .addOption(every("--save <duration>", "how often what was seen is kept, and pushed", 5 * 60_000))
        .addOption(every("--reload <duration>", "how often declarations are read again", 60_000)),
    async () => (await import("./commands/watch.ts")).watch,
  );
  add(
    "incidents",
    "What is wrong now and what was wrong in the last month, automatic and hand-written",
    "fairlead incidents -e production --json",
    (c) => c.addOption(environment),
    async () => (await import("./commands/incidents.ts")).incidents,
  );
  add(
    "new <id>",
    "Write a service file, and a runnable service behind it",
    "fairlead new orders-api --template express",
    (c) =>
      c
        .option("--template <name>", "express (php and flask come later)", "express")
        .option("--name <name>", "the name people read")
        .option("--port <port>", "where clients reach it", portNumber),
    async () => (await import("./commands/new.ts")).newService,
  );
  add(
    "import <tool> <path>",
    "Write services and incidents from another tool's files: upptime, gatus, cstate or statuspage",
    "fairlead import gatus ../status/config.yaml --dry-run",
    (c) =>
      c
        .option("--dry-run", "show what would become of everything, and write nothing")
        .option("--force", "put imported files in the place of those that are there, and add to fairlead.yaml")
        .option("--history", "put the days that were counted into the health history")
        .addOption(environment),
    async () => (await import("./commands/import.ts")).importFrom,
  );
  add(
    "init [dir]",
    "Make a repository that validates, with one service that runs",
    "fairlead init shop",
    (c) =>
      c
        .option("--no-install", "leave out npm install")
        .option("--no-workflows", "leave out the workflows for GitHub Actions")
        .option("--watch", "add a systemd unit and a container file for `fairlead watch` on a host of yours"),
    async () => (await import("./commands/init.ts")).init,
  );
  add(
    "site build",
    "Build the status site from the recorded results",
    "fairlead site build --out public",
    (c) =>
      c
        .addOption(environment)
        .option("--out <dir>", "folder of the status site", "dist/status")
        .option("--base <path>", "serve it under this path, whatever fairlead.yaml says: /status/"),
    async () => (await import("./commands/site.ts")).siteBuild,
  );
  add(
    "site preview",
    "Build the status site and serve it here until Ctrl-C",
    "fairlead site preview -e production",
    (c) =>
      c
        .addOption(environment)
        .option("--out <dir>", "folder of the status site", "dist/status")
        .option("--base <path>", "serve it under this path, whatever fairlead.yaml says: /status/")
        .option("--port <port>", "where to serve it", portNumber, 4321),
    async () => (await import("./commands/site.ts")).sitePreview,
  );

  add(
    "github plan",
    "In pull_request: plan the merge that was checked out, with a token that can only read",
    "fairlead github plan",
    (c) => c,
    async () => (await import("./commands/github/plan.ts")).githubPlan,
  );
  add(
    "github comment",
    "In workflow_run of the plan: plan again, and say it on the pull request",
    "fairlead github comment",
    (c) => c,
    async () => (await import("./commands/github/comment.ts")).githubComment,
  );
  add(
    "github environments",
    "Which environments this event is about, as JSON for a matrix",
    "fairlead github environments",
    (c) => c,
    async () => (await import("./commands/github/environments.ts")).githubEnvironments,
  );
  add(
    "github apply",
    "Bring an environment to the default branch, as far as it was approved",
    "fairlead github apply -e staging",
    (c) => c.requiredOption("-e, --environment <name>", "the environment"),
    async () => (await import("./commands/github/apply.ts")).githubApply,
  );

  add(
    "github drift",
    "Keep one issue open while an environment runs otherwise than it was applied",
    "fairlead github drift",
    (c) => c.option("-e, --environment <name...>", "these environments (all that are shared)"),
    async () => (await import("./commands/github/drift.ts")).githubDrift,
  );

  const wantsHelp = argv.slice(3).some((argument) => argument === "--help" || argument === "-h");
  if ((argv[2] === "completion" && !wantsHelp) || argv[2] === "complete") {
    const { default: tab } = await import("@bomb.sh/tab/commander");
    tab(program, { completionCommandName: "completion" });
  } else
    program
      .command("completion <shell>")
      .description("Print shell completion: zsh, bash, fish or powershell")
      .addHelpText("after", "\nExample:\n  source <(fairlead completion zsh)");

  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    // Commander has printed what was wrong; help and version end with 0.
    if (error instanceof Error && "exitCode" in error && typeof error.exitCode === "number") return error.exitCode;
    const { reportFailure } = await import("./failure.ts");
    return reportFailure(error);
  }
}

function allowDestroy(): Option {
  return new Option("--allow-destroy <id...>", "let these services be deleted, or replaced although protected");
}

function collector(): Option {
  return new Option(
    "--collector <name>",
    "the name of who watches, the same at each run (actions, else the host's)",
  ).argParser((text) => {
    if (/^[A-Za-z0-9][A-Za-z0-9.-]{0,59}$/.test(text)) return text;
    throw new InvalidArgumentError("It takes letters, digits, dots and dashes.");
  });
}

function region(): Option {
  return new Option("--region <name>", "where from (default)");
}

function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It takes a whole number from 1.");
  return value;
}

function every(flags: string, description: string, otherwise: Ms): Option {
  return new Option(flags, description).argParser(duration).default(otherwise, formatDuration(otherwise));
}

function duration(text: string): Ms {
  const value = parseDuration(text);
  if (value === null || value < 1) throw new InvalidArgumentError("It takes a duration such as 90s or 50m.");
  return value;
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new InvalidArgumentError("It takes a port from 0 to 65535 (0: any free one).");
  return value;
}
