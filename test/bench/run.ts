import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureChecks } from "./checks.ts";
import { generateRepository, idOf } from "./generate.ts";
import { historyLines, measureHistory } from "./history.ts";
import { inTurns, type Measured, measure } from "./measure.ts";
import { measureProposal } from "./proposal.ts";
import { measureSite } from "./site.ts";
import { measureSwaps } from "./swaps.ts";
import { terraformFolder, terraformVersion, writeTerraformState } from "./terraform.ts";

/**
 * `npm run bench`: whole processes of the emitted command beside the bare minimum and beside Terraform, in one run, in
 * turns, medians. Writes RESULTS.md. `-- --count 1000` for a quick look, `--turns 3`, `--no-terraform`.
 */
const { values: options } = parseArgs({
  options: {
    count: { type: "string", multiple: true, default: ["1000", "10000"] },
    turns: { type: "string", default: "7" },
    terraform: { type: "boolean", default: true },
    // Of health history: the last three are pushed every five minutes. Takes half an hour; 0 leaves it out.
    "health-days": { type: "string", default: "365" },
    // 0 leaves the status site out.
    "site-services": { type: "string", default: "1000" },
  },
  allowNegative: true,
});
const turns = Number(options.turns);
const repositoryRoot = join(import.meta.dirname, "..", "..");
const command = join(repositoryRoot, "bin", "fairlead.cjs");
const withCompileCache = { NODE_COMPILE_CACHE: join(tmpdir(), "fairlead-bench-compile-cache") };
const node = process.execPath;

execFileSync(node, [join(repositoryRoot, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"], {
  cwd: repositoryRoot,
  stdio: "inherit",
});

interface Judged {
  readonly work: string;
  readonly seen: number;
  readonly bar: number;
  readonly isLower?: boolean;
}

const judged: Judged[] = [];
const rows: string[] = [];
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
  rows.push(line);
};
const terraform = options.terraform ? terraformVersion() : null;

say("# Measurements");
say("");
say(
  `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${execFileSync("git", ["--version"]).toString().trim()}, ${terraform ? `Terraform ${terraform}` : options.terraform ? "no Terraform on the path" : "Terraform left out"}; medians of ${turns}, whole processes, in turns. \`npm run bench\` writes this file.`,
);

for (const count of options.count.map(Number)) await benchPlans(count);
await benchProposal();
await benchStart();
await benchSwaps();
await benchChecks();
await benchSite(Number(options["site-services"]));
await benchHistory(Number(options["health-days"]));
explain();
writeFileSync(join(import.meta.dirname, "RESULTS.md"), `${rows.join("\n")}\n`);

/** What the numbers above mean against the bars of the design: by how much each is met or missed, and why. */
function explain(): void {
  say("");
  say("## Against the bars");
  say("");
  say("| work | seen | bar | |");
  say("|---|---|---|---|");
  for (const { work, seen, bar, isLower = true } of judged)
    say(
      `| ${work} | ${seen} | ${bar} | ${(isLower ? seen <= bar : seen >= bar) ? "met" : `missed ${(isLower ? seen / bar : bar / seen).toFixed(1)} ×`} |`,
    );
  say("");
  say(
    'The absolute bars were set on a machine where `node -e ""` takes 40 ms; the row `node alone` says how much slower this one is, and every process start weighs in that proportion.',
  );
  say("");
  say(
    "- **First plan.** The bare pass reads, parses and validates. Ours also hashes each file as Git does, types and normalises its values, digests its spec, asks twelve rules, plans 10,000 steps with a run digest each, prints 40,000 lines and writes the memo for the next run. Profiled: parsing, compiling, planning and memory management take about a seventh each, reading a tenth, the memo a twelfth; no part stands out any more. Spreading it over threads has not been tried.",
  );
  say(
    "- **No-op plan.** A quarter is starting Node and loading modules, a tenth is starting four Git processes, a sixth is memory management, the rest is reading two caches of 10,000 entries. Nothing is parsed that has not changed.",
  );
  say(
    "- **State swap.** Two Git processes, which take nearly all of it: the ratio to the same two commands alone is what is ours.",
  );
}

async function benchPlans(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  generateRepository({ folder, count, seed: 20261124 });
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-qm", "services"],
  ])
    execFileSync("git", args, { cwd: folder });
  execFileSync(node, [join(import.meta.dirname, "record-all.ts"), folder], { stdio: "inherit" });

  const plan = (...more: string[]): Promise<Measured> =>
    measure([node, command, "plan", "-C", folder, "--detailed-exitcode", ...more], {
      cwd: folder,
      env: withCompileCache,
    });
  const changed = join(folder, "services", `${idOf(Math.floor(count / 2))}.yaml`);
  const original = readFileSync(changed, "utf8");
  await plan();
  let turn = 0;
  const warm = await inTurns(
    {
      "no-op": expectCode(0, () => plan()),
      "one change": expectCode(2, async () => {
        writeFileSync(
          changed,
          original.replace(/level: \w+/, "level: error").replace("Serves the part", `Turn ${turn++} serves the part`),
        );
        const measured = await plan();
        writeFileSync(changed, original);
        await plan();
        return measured;
      }),
    },
    turns,
  );
  const cold = await inTurns(
    {
      // Nothing is recorded yet: every service is to be created. Terraform's first plan is the same.
      first: expectCode(2, async () => {
        forgetCaches(folder);
        return plan("-e", "staging");
      }),
      // As on a fresh runner: everything is recorded and nothing is cached.
      recorded: expectCode(0, async () => {
        forgetCaches(folder);
        return plan();
      }),
      bare: () =>
        measure(
          [node, join(import.meta.dirname, "bare.ts"), folder, join(repositoryRoot, "schemas", "service.schema.json")],
          { cwd: folder, env: withCompileCache },
        ),
    },
    turns,
  );
  const peer = terraform ? await benchTerraform(count) : null;

  say("");
  say(`## Plans over ${count.toLocaleString("en")} services`);
  say("");
  say("| work | ms | memory | beside | ratio | bar |");
  say("|---|---|---|---|---|---|");
  const bars =
    count === 10_000
      ? {
          noop: "≤ 1/60 of Terraform, ≤ 250 MB",
          first: "≤ 1.5 × bare",
          firstPeer: "≤ 1/10 of Terraform",
          one: "≤ 10 % or 40 ms above no-op",
        }
      : { noop: "", first: "", firstPeer: "", one: "" };
  say(
    `| no-op plan, warm | ${ms(warm["no-op"])} | ${mb(warm["no-op"])} | Terraform no-op ${peer ? ms(peer.noop) : "not measured"} | ${peer ? oneIn(warm["no-op"], peer.noop) : ""} | ${bars.noop} |`,
  );
  say(
    `| first plan, cold | ${ms(cold.first)} | ${mb(cold.first)} | read, parse, validate ${ms(cold.bare)} | ${(cold.first.ms / cold.bare.ms).toFixed(2)} × | ${bars.first} |`,
  );
  say(
    `| no-op plan, cold | ${ms(cold.recorded)} | ${mb(cold.recorded)} | read, parse, validate ${ms(cold.bare)} | ${(cold.recorded.ms / cold.bare.ms).toFixed(2)} × | |`,
  );
  if (peer)
    say(
      `| first plan, cold | ${ms(cold.first)} | | Terraform first ${ms(peer.first)} | ${oneIn(cold.first, peer.first)} | ${bars.firstPeer} |`,
    );
  say(
    `| one file changed | ${ms(warm["one change"])} | ${mb(warm["one change"])} | no-op ${ms(warm["no-op"])} | ${signed(warm["one change"].ms - warm["no-op"].ms)} ms | ${bars.one} |`,
  );
  rmSync(folder, { recursive: true });
  if (count !== 10_000) return;
  const over = warm["one change"].ms - warm["no-op"].ms;
  judged.push(
    { work: "no-op plan, MB", seen: Math.round(warm["no-op"].maxRssMb), bar: 250 },
    { work: "first plan, cold, times bare", seen: round(cold.first.ms / cold.bare.ms), bar: 1.5 },
    {
      work: "one change, ms above no-op",
      seen: Math.round(over),
      bar: Math.round(Math.max(40, warm["no-op"].ms / 10)),
    },
  );
  if (peer)
    judged.push(
      {
        work: "no-op plan, Terraform's time over ours",
        seen: round(peer.noop.ms / warm["no-op"].ms),
        bar: 60,
        isLower: false,
      },
      {
        work: "first plan, Terraform's time over ours",
        seen: round(peer.first.ms / cold.first.ms),
        bar: 10,
        isLower: false,
      },
    );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function forgetCaches(folder: string): void {
  rmSync(join(folder, ".git", "fairlead"), { recursive: true, force: true });
}

async function benchTerraform(count: number): Promise<{ first: Measured; noop: Measured }> {
  const parent = mkdtempSync(join(tmpdir(), "fairlead-bench-tf-"));
  const at = terraformFolder({ folder: parent, count });
  const planOnce = (): Promise<Measured> =>
    measure(["terraform", "plan", "-input=false", "-no-color", "-detailed-exitcode"], { cwd: at.cwd, env: at.env });
  // Terraform's plans take half a minute at this size: fewer turns, since the ratios are far from their bars.
  const few = count > 2_000 ? Math.min(turns, 2) : Math.min(turns, 3);
  const { first } = await inTurns({ first: expectCode(2, planOnce) }, few);
  writeTerraformState({ cwd: at.cwd, count, version: terraform ?? "" });
  const { noop } = await inTurns({ noop: expectCode(0, planOnce) }, few);
  rmSync(parent, { recursive: true });
  return { first, noop };
}

async function benchProposal(): Promise<void> {
  const count = 10_000;
  const { whole, shallow, apart } = await measureProposal({
    count,
    turns,
    command: [node, command],
    env: withCompileCache,
  });
  const ratio = (measured: Measured): string => `${(measured.ms / whole.ms).toFixed(2)} ×`;
  const beside = `the same in a whole working folder ${ms(whole)}`;
  say("");
  say("## A pull request that touches 3 of 10,000 services");
  say("");
  say("| work | ms | beside | ratio | bar |");
  say("|---|---|---|---|---|");
  say(
    `| its plan in a shallow clone, from Git's objects | ${ms(shallow)} | ${beside} | ${ratio(shallow)} | ≤ 1.15 × |`,
  );
  say(`| and told apart from what waits on its base | ${ms(apart)} | ${beside} | ${ratio(apart)} | |`);
  judged.push({
    work: "pull request in a shallow clone, times the working folder",
    seen: Math.round((shallow.ms / whole.ms) * 100) / 100,
    bar: 1.15,
  });
}

async function benchStart(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  generateRepository({ folder, count: 10, seed: 7 });
  const run =
    (...args: string[]) =>
    () =>
      measure([node, command, ...args], { cwd: folder, env: withCompileCache });
  await run("validate")();
  const result = await inTurns(
    { version: run("--version"), validate: run("validate"), node: () => measure([node, "-e", ""], { cwd: folder }) },
    turns,
  );
  say("");
  say("## Start-up");
  say("");
  say("| work | ms | beside | bar |");
  say("|---|---|---|---|");
  say(`| \`fairlead --version\` | ${ms(result.version)} | node alone ${ms(result.node)} | ≤ 100 ms |`);
  say(`| \`fairlead validate\`, 10 files | ${ms(result.validate)} | node alone ${ms(result.node)} | ≤ 250 ms |`);
  rmSync(folder, { recursive: true });
  judged.push(
    { work: "`--version`, ms", seen: Math.round(result.version.ms), bar: 100 },
    { work: "`validate` of 10 files, ms", seen: Math.round(result.validate.ms), bar: 250 },
  );
}

async function benchSwaps(): Promise<void> {
  const { ms: swapMs, bareMs, bytes } = await measureSwaps({ services: 10_000, turns: turns * 3 });
  say("");
  say("## State");
  say("");
  say("| work | ms | beside | ratio | new objects | bar |");
  say("|---|---|---|---|---|---|");
  say(
    `| swap 1 of 10,000 services on a local remote | ${Math.round(swapMs)} | one fast-import and one push ${Math.round(bareMs)} | ${(swapMs / bareMs).toFixed(2)} × | ${(bytes / 1024).toFixed(1)} KB | ≤ 100 ms, ≤ 40 KB |`,
  );
  judged.push(
    { work: "state swap, ms", seen: Math.round(swapMs), bar: 100 },
    { work: "state swap, KB", seen: round(bytes / 1024), bar: 40 },
  );
}

async function benchChecks(): Promise<void> {
  const services = 1_000;
  const { ms: checkMs, bareMs, ratio } = await measureChecks({ services, turns });
  say("");
  say("## Checks");
  say("");
  say("| work | ms | beside | ratio | bar |");
  say("|---|---|---|---|---|");
  say(
    `| ${services.toLocaleString("en")} HTTP checks, 32 side by side | ${Math.round(checkMs)} | the same requests by bare undici ${Math.round(bareMs)} | ${ratio.toFixed(2)} × | ≤ 1.3 × |`,
  );
  judged.push({ work: "HTTP checks, times bare undici", seen: Math.round(ratio * 100) / 100, bar: 1.3 });
}

async function benchSite(services: number): Promise<void> {
  if (services === 0) return;
  const seen = await measureSite({ services, turns: Math.min(turns, 3) });
  const kb = (bytes: number): string => (bytes / 1024).toFixed(1);
  say("");
  say("## Status site");
  say("");
  say("| work | seen | beside | bar |");
  say("|---|---|---|---|");
  say(
    `| site of ${services.toLocaleString("en")} services × 90 days, ${seen.pages} pages, a page | ${seen.msPerPage.toFixed(2)} ms | bare files ${seen.bareMsPerPage.toFixed(2)} ms | ≤ 10 ms |`,
  );
  say(`| the first build of a process, a page | ${seen.firstMsPerPage.toFixed(2)} ms | | |`);
  say(`| largest service page, uncompressed | ${kb(seen.largestBytes)} KB | | ≤ 60 KB |`);
  say(
    `| Lighthouse, lowest of two pages | ${Object.entries(seen.lighthouse)
      .map(([name, score]) => `${name} ${score}`)
      .join(", ")} | | ≥ 99 |`,
  );
  judged.push(
    { work: "site, ms a page", seen: round(seen.msPerPage), bar: 10 },
    { work: "largest service page, KB", seen: round(seen.largestBytes / 1024), bar: 60 },
    { work: "Lighthouse, lowest", seen: Math.min(...Object.values(seen.lighthouse)), bar: 99, isLower: false },
  );
}

async function benchHistory(days: number): Promise<void> {
  if (days === 0) return;
  const size = { services: 50, days, fineDays: Math.min(3, days / 2) };
  const { lines, judged: bars } = historyLines(await measureHistory(size), size);
  say("");
  for (const line of lines) say(line);
  judged.push(...bars);
}

function expectCode(code: number, run: () => Promise<Measured>): () => Promise<Measured> {
  return async () => {
    const measured = await run();
    if (measured.code !== code)
      throw new Error(`a plan ended with ${measured.code}, expected ${code}: the bench would measure something else`);
    return measured;
  };
}

function ms({ ms: value }: Measured): string {
  return String(Math.round(value));
}

function mb({ maxRssMb }: Measured): string {
  return `${Math.round(maxRssMb)} MB`;
}

function oneIn(ours: Measured, theirs: Measured): string {
  return `1/${(theirs.ms / ours.ms).toFixed(0)}`;
}

function signed(value: number): string {
  return `${value >= 0 ? "+" : ""}${Math.round(value)}`;
}
