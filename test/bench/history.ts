import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { remoteRefStore } from "../../src/git/remote-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import { HEALTH_REF, healthStore } from "../../src/health/history.ts";
import { CADENCE_MS, healthSegment, YEAR_START } from "../support/health-year.ts";
import { median } from "./measure.ts";

const DAY = 86_400_000;

export interface HistoryMeasured {
  /** By day of the year: what a clone of the ref brings, shallow and whole, in bytes. */
  readonly clones: readonly { readonly day: number; readonly shallow: number; readonly whole: number }[];
  /** Bytes of the packs that the pushes of five minutes sent. */
  readonly push: { readonly median: number; readonly max: number; readonly count: number };
  /** Bytes of a day that was pushed at once, at most. */
  readonly dayPushMax: number;
  /** Bytes that the server's objects took on its disk in a day of such pushes, before any gc. */
  readonly serverPerDay: number;
  readonly appendMs: number;
}

/**
 * A year of `services`, asked every five minutes, fed through the real store onto a bare repository on the same disk, by Git's
 * own push. The last `fineDays` are pushed every five minutes, as a collector does; a day at a time before that, which gives the
 * same hours, days and months in a time that a bench has.
 */
export async function measureHistory({
  services,
  days,
  fineDays,
  onProgress = () => undefined,
}: {
  readonly services: number;
  readonly days: number;
  readonly fineDays: number;
  readonly onProgress?: (says: string) => void;
}): Promise<HistoryMeasured> {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  const remote = join(folder, "remote.git");
  const work = join(folder, "work");
  for (const args of [
    ["init", "-q", "--bare", remote],
    // Its growth before gc is measured.
    ["-C", remote, "config", "receive.autogc", "false"],
    ["init", "-q", work],
    ["-C", work, "remote", "add", "origin", `file://${remote}`],
  ])
    execFileSync("git", args);
  const repository = await openRepository(work, process.env);
  const time = { now: YEAR_START };
  const clock = { now: () => time.now, sleep: () => Promise.resolve() };
  let nonces = 0;
  const random = () => (++nonces).toString(16).padStart(32, "0");
  const store = healthStore({ refs: remoteRefStore(repository, "origin"), random, clock });
  const append = async (from: number, to: number): Promise<number> => {
    const before = tipsOf(remote);
    time.now = to;
    const problems = await store.append(healthSegment(from, to, { services, seed: 20_261_124 }));
    if (problems.length > 0) throw new Error(`the bench's samples were not kept: ${problems[0]?.summary}`);
    return packBytes(remote, before, tipsOf(remote));
  };
  const clones: { day: number; shallow: number; whole: number }[] = [];
  try {
    let dayPushMax = 0;
    for (let day = 0; day < days - fineDays; day++) {
      dayPushMax = Math.max(dayPushMax, await append(YEAR_START + day * DAY, YEAR_START + (day + 1) * DAY));
      const isQuarter = (day + 1) % Math.max(1, Math.floor(days / 4)) === 0;
      if (isQuarter) {
        clones.push({ day: day + 1, ...cloneBytes(remote, folder) });
        // As a host does now and then, so that the disk of the bench's machine stays small.
        execFileSync("git", ["-C", remote, "gc", "-q"]);
        execFileSync("git", ["-C", work, "gc", "-q"]);
        onProgress(`day ${day + 1}: ${JSON.stringify(clones.at(-1))}`);
      }
    }
    execFileSync("git", ["-C", remote, "gc", "-q"]);
    const grown = looseBytes(remote);
    const sizes: number[] = [];
    const times: number[] = [];
    const end = YEAR_START + days * DAY;
    for (let from = YEAR_START + (days - fineDays) * DAY; from < end; from += CADENCE_MS) {
      const begun = performance.now();
      sizes.push(await append(from, from + CADENCE_MS));
      times.push(performance.now() - begun);
      if (sizes.length % 100 === 0) onProgress(`${sizes.length} pushes of five minutes`);
    }
    const serverPerDay = (looseBytes(remote) - grown) / fineDays;
    clones.push({ day: days, ...cloneBytes(remote, folder) });
    return {
      clones,
      push: { median: median(sizes), max: Math.max(...sizes), count: sizes.length },
      dayPushMax,
      serverPerDay,
      appendMs: median(times),
    };
  } finally {
    await repository.close();
    rmSync(folder, { recursive: true, maxRetries: 5 });
  }
}

/** The tips of the history, and of what the last squash kept of it. */
function tipsOf(remote: string): readonly string[] {
  const args = ["-C", remote, "for-each-ref", "--format=%(objectname)", "refs/fairlead"];
  return execFileSync("git", args).toString().split("\n").filter(Boolean);
}

/** The pack that brings some tips to somebody who has others: what the pushes between them sent. */
function packBytes(remote: string, before: readonly string[], after: readonly string[]): number {
  const input = [...after, ...before.map((oid) => `^${oid}`), ""].join("\n");
  const args = ["-C", remote, "pack-objects", "--revs", "--thin", "--stdout", "-q", "--delta-base-offset"];
  return execFileSync("git", args, { input, maxBuffer: 2 ** 30 }).byteLength;
}

function cloneBytes(remote: string, folder: string): { readonly shallow: number; readonly whole: number } {
  const bytes = (more: readonly string[]): number => {
    const clone = join(folder, "clone.git");
    execFileSync("git", ["init", "-q", "--bare", clone]);
    execFileSync("git", ["-C", clone, "fetch", "-q", ...more, `file://${remote}`, `${HEALTH_REF}:${HEALTH_REF}`]);
    execFileSync("git", ["-C", clone, "repack", "-q", "-a", "-d"]);
    const packed = countObjects(clone)["size-pack"] ?? 0;
    rmSync(clone, { recursive: true, maxRetries: 5 });
    return packed;
  };
  return { shallow: bytes(["--depth=1"]), whole: bytes([]) };
}

function looseBytes(remote: string): number {
  const { size = 0, "size-pack": packed = 0 } = countObjects(remote);
  return size + packed;
}

/** git-count-objects(1), in bytes. */
function countObjects(repository: string): Readonly<Record<string, number>> {
  const lines = execFileSync("git", ["-C", repository, "count-objects", "-v"]).toString().trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", value = "0"] = line.split(": ");
      return [name, name.startsWith("size") ? Number(value) * 1024 : Number(value)];
    }),
  );
}

const kb = (bytes: number): string => (bytes / 1024).toFixed(1);
const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

/** As lines of RESULTS.md, and what is held against the bars. */
export function historyLines(
  measured: HistoryMeasured,
  { services, days, fineDays }: { readonly services: number; readonly days: number; readonly fineDays: number },
): { readonly lines: readonly string[]; readonly judged: readonly { work: string; seen: number; bar: number }[] } {
  const { clones, push, serverPerDay, appendMs, dayPushMax } = measured;
  const shallow = Math.max(...clones.map((one) => one.shallow));
  const whole = Math.max(...clones.map((one) => one.whole));
  const settled = clones.filter(({ day }) => day >= 90).map((one) => one.shallow);
  return {
    lines: [
      "## Health history",
      "",
      `${services} services every 5 minutes for ${days} days, through the store onto a bare repository by Git's own push: the last ${fineDays} days every 5 minutes (${push.count} pushes), a day at a time before.`,
      "",
      "| after days | clone with `--depth=1`, MiB | clone of the whole ref, MiB |",
      "|---|---|---|",
      ...clones.map((one) => `| ${one.day} | ${mb(one.shallow)} | ${mb(one.whole)} |`),
      "",
      "| work | seen | bar |",
      "|---|---|---|",
      `| push of 5 minutes, median | ${kb(push.median)} KB | ≤ 64 KB |`,
      `| push of 5 minutes, at most (with an hour, a day or a squash in it) | ${kb(push.max)} KB | ≤ 64 KB |`,
      `| push of a whole day at once, at most | ${kb(dayPushMax)} KB | |`,
      `| server's disk, a day of such pushes before gc | ${mb(serverPerDay)} MiB | |`,
      `| append, the push included | ${Math.round(appendMs)} ms | |`,
    ],
    judged: [
      { work: "health, clone with `--depth=1`, MiB", seen: Number(mb(shallow)), bar: 8 },
      { work: "health, clone of the whole ref, MiB", seen: Number(mb(whole)), bar: 8 },
      { work: "health, largest push of 5 minutes, KB", seen: Number(kb(push.max)), bar: 64 },
      {
        work: "health, growth of the clone after 90 days, times",
        seen: Number(((settled.at(-1) ?? 1) / (settled[0] ?? 1)).toFixed(2)),
        bar: 1.5,
      },
    ],
  };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      services: { type: "string", default: "50" },
      days: { type: "string", default: "365" },
      fine: { type: "string", default: "2" },
    },
  });
  const size = { services: Number(values.services), days: Number(values.days), fineDays: Number(values.fine) };
  const measured = await measureHistory({ ...size, onProgress: (says) => process.stderr.write(`${says}\n`) });
  const { lines, judged } = historyLines(measured, size);
  process.stdout.write(`${lines.join("\n")}\n${JSON.stringify(judged)}\n`);
}
