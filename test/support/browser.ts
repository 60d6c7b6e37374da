import { type Browser, chromium } from "playwright-core";
import { debianProgram, isExecutable } from "./debian-package.ts";

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
  return debianProgram({ name: "chromium", paths: USUAL_PATHS, howTo: HOW_TO });
}
