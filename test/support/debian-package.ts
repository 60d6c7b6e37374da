import { execFile } from "node:child_process";
import { access, constants, mkdir, rmdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * The first of `paths` that can be run. On Debian as root `name` is installed where none is; elsewhere the error says what
 * to do. Services that come with a package are not started.
 */
export async function debianProgram(on: {
  readonly name: string;
  readonly paths: readonly string[];
  readonly howTo: string;
}): Promise<string> {
  const { name, paths, howTo } = on;
  const present = await firstExecutable(paths);
  if (present) return present;
  if (process.getuid?.() !== 0 || !(await isExecutable("/usr/bin/apt-get"))) throw new Error(howTo);
  await alone(async () => {
    if (await firstExecutable(paths)) return;
    // RUNLEVEL=1 keeps a package's own service from being started.
    const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" }, timeout: 240_000 };
    const install = () => promisify(execFile)("apt-get", ["install", "-y", "--no-install-recommends", name], options);
    // A fresh container knows no packages yet.
    await install().catch(async () => {
      await promisify(execFile)("apt-get", ["update"], options);
      await install();
    });
  });
  const installed = await firstExecutable(paths);
  if (!installed) throw new Error(howTo);
  return installed;
}

export function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isExecutable(path)) return path;
  return undefined;
}

const LOCK = join(tmpdir(), "fairlead-test-apt.lock");
const LOCK_MAX_MS = 300_000;

/** Test files run side by side, and apt-get may run once only. A lock that is older than any install was left by a crash. */
async function alone(act: () => Promise<void>): Promise<void> {
  const end = performance.now() + LOCK_MAX_MS;
  for (;;) {
    const made = await mkdir(LOCK).then(
      () => true,
      () => false,
    );
    if (made) break;
    const age = await stat(LOCK).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > LOCK_MAX_MS || performance.now() > end) await rmdir(LOCK).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  try {
    await act();
  } finally {
    await rmdir(LOCK).catch(() => undefined);
  }
}
