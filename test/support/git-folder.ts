import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** An environment in which Git knows no user, no configuration and no terminal: a machine just unpacked. */
export const BARE_ENVIRONMENT: Readonly<Record<string, string | undefined>> = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

/** An empty temporary folder, removed when the test that asked for it ends. */
export function temporaryFolder(name = "fairlead-test-"): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Runs git in a folder and returns what it printed, without the last newline. A last argument may carry its input. */
export function git(folder: string, ...given: (string | { readonly input: string })[]): string {
  const args = given.filter((one) => typeof one === "string");
  const last = given.at(-1);
  const input = typeof last === "object" ? last.input : "";
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgSign=false"];
  const environment = { ...BARE_ENVIRONMENT };
  const output = execFileSync("git", [...identity, ...args], {
    cwd: folder,
    env: environment as NodeJS.ProcessEnv,
    input,
    stdio: ["pipe", "pipe", "pipe"],
  });
  return output.toString("utf8").replace(/\n$/, "");
}

/** A repository on `main` in a temporary folder, with these files committed (none: an unborn branch). */
export function gitFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  git(folder, "init", "--quiet", "--initial-branch=main");
  writeFiles(folder, files);
  if (Object.keys(files).length > 0) {
    git(folder, "add", "--all");
    git(folder, "commit", "--quiet", "--message=first");
  }
  return folder;
}

/** Writes files by path below a folder, making the folders between. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
