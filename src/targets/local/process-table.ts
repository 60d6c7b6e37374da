import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

/** Names one process for ever: its number may be given to another, number and start together may not. */
export interface ProcessRef {
  readonly pid: number;
  readonly startedAt: string;
}

interface ProcessRow {
  readonly pid: number;
  readonly group: number;
  readonly startedAt: string;
  /** Ended, and only waiting for its parent to notice. */
  readonly zombie: boolean;
}

const run = promisify(execFile);

/** Finds a living process by its number; null when there is none. */
export async function findProcess(pid: number): Promise<ProcessRef | null> {
  const row = process.platform === "linux" ? readProc(pid) : (await askPs(["-p", String(pid)]))[0];
  return row && !row.zombie ? { pid, startedAt: row.startedAt } : null;
}

/** True while exactly this process lives. */
export async function isAlive(ref: ProcessRef): Promise<boolean> {
  return (await findProcess(ref.pid))?.startedAt === ref.startedAt;
}

/** Living members of process groups, by the group's number; groups without any are left out. */
export async function membersOf(groups: ReadonlySet<number>): Promise<ReadonlyMap<number, readonly number[]>> {
  const rows = process.platform === "linux" ? allProc() : await askPs(["-ax"]);
  const members = new Map<number, number[]>();
  for (const { pid, group, zombie } of rows) {
    if (zombie || !groups.has(group)) continue;
    const list = members.get(group) ?? [];
    list.push(pid);
    members.set(group, list);
  }
  return members;
}

/**
 * Leaders of process groups whose first environment carried `NAME=value`: how instances are found that were started an
 * instant before their agent was killed, unrecorded. Only Linux tells; elsewhere the list is empty.
 */
export function leadersMarked(name: string, value: string): readonly number[] {
  if (process.platform !== "linux") return [];
  const mark = `${name}=${value}`;
  return allProc()
    .filter((row) => row.pid === row.group && !row.zombie)
    .filter((row) => {
      try {
        return readFileSync(`/proc/${row.pid}/environ`, "latin1").split("\0").includes(mark);
      } catch {
        return false;
      }
    })
    .map((row) => row.pid);
}

function allProc(): readonly ProcessRow[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (readProc(Number(name)) ?? []) : []));
}

/** proc_pid_stat(5): fields after the command in parentheses, which may itself hold spaces and parentheses. */
function readProc(pid: number): ProcessRow | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [state = "", , group = ""] = fields;
    // Field 22, counted from the process number, in ticks since boot; the boot's id tells boots apart.
    return {
      pid,
      group: Number(group),
      startedAt: `${bootId()}:${fields[19]}`,
      zombie: state === "Z" || state === "X",
    };
  } catch {
    return undefined;
  }
}

let boot: string | undefined;

function bootId(): string {
  boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "latin1").slice(0, 8);
  return boot;
}

async function askPs(selection: readonly string[]): Promise<readonly ProcessRow[]> {
  try {
    const { stdout } = await run("ps", [...selection, "-o", "pid=,pgid=,stat=,lstart="]);
    return stdout.split("\n").flatMap((line) => {
      const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
      if (!match) return [];
      const [, pid = "", group = "", state = "", startedAt = ""] = match;
      return [{ pid: Number(pid), group: Number(group), startedAt, zombie: state.startsWith("Z") }];
    });
  } catch {
    // `ps -p` ends with 1 when there is no such process.
    return [];
  }
}
