import { execFile } from "node:child_process";
import { access, constants, mkdir, rmdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

const USUAL_PATHS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

const HOW_TO =
  "No Chromium was found. Install Chromium or Chrome (Debian and Ubuntu: `sudo apt-get install chromium`), or set CHROMIUM_PATH to one.";

/** Starts a real Chromium without a window. The caller closes it. */
export async function startBrowser(): Promise<Browser> {
  // Without a sandbox, since containers run as root; nothing but our own pages is ever opened.
  return chromium.launch({ executablePath: await chromiumPath(), args: ["--no-sandbox", "--disable-gpu"] });
}

/**
 * `CHROMIUM_PATH`, or where systems usually keep one. On Debian as root it is installed when it is missing; elsewhere the
 * error says what to do.
 */
export async function chromiumPath(): Promise<string> {
  const named = process.env["CHROMIUM_PATH"];
  if (named) {
    if (await isExecutable(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which cannot be run.`);
  }
  const present = await usualPath();
  if (present) return present;
  if (process.getuid?.() !== 0 || !(await isExecutable("/usr/bin/apt-get"))) throw new Error(HOW_TO);
  await alone(async () => {
    if (await usualPath()) return;
    const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, timeout: 240_000 };
    const install = () =>
      promisify(execFile)("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], options);
    // A fresh container knows no packages yet.
    await install().catch(async () => {
      await promisify(execFile)("apt-get", ["update"], options);
      await install();
    });
  });
  const installed = await usualPath();
  if (!installed) throw new Error(HOW_TO);
  return installed;
}

async function usualPath(): Promise<string | undefined> {
  for (const path of USUAL_PATHS) if (await isExecutable(path)) return path;
  return undefined;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

const LOCK = join(tmpdir(), "fairlead-test-chromium.lock");
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
