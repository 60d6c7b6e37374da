import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { temporaryFolder } from "../support/git-folder.ts";

const COMMANDS = [
  "validate",
  "plan",
  "apply",
  "up",
  "down",
  "status",
  "drift",
  "history",
  "set",
  "rollback",
  "retry",
  "logs",
  "check",
  "new",
  "init",
  "import",
  "site",
  "completion",
];

describe("help", () => {
  test("names every command", async () => {
    const { code, stdout } = await fairlead(["--help"], { cwd: temporaryFolder() });
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
  });

  test.each(COMMANDS)("%s shows an example", async (command) => {
    const { code, stdout } = await fairlead([command, "--help"], { cwd: temporaryFolder() });
    expect(code).toBe(0);
    expect(stdout).toContain("Example:");
    expect(stdout).toContain(`fairlead ${command}`);
  });

  test("a mistyped command gets a suggestion, and exit code 1", async () => {
    const { code, stderr } = await fairlead(["valdate"], { cwd: temporaryFolder() });
    expect(code).toBe(1);
    expect(stderr).toContain("Did you mean validate?");
  });

  test("the version is the package's, at once", async () => {
    const { code, stdout } = await fairlead(["--version"], { cwd: temporaryFolder() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("completion", () => {
  test.each(["bash", "zsh", "fish"])("prints a script for %s", async (shell) => {
    const { code, stdout } = await fairlead(["completion", shell], { cwd: temporaryFolder() });
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(200);
    if (shell === "bash") execFileSync("bash", ["-n"], { input: stdout });
  });

  test("the shell's question is answered with commands and their options", async () => {
    const commands = await fairlead(["complete", "--", "pl"], { cwd: temporaryFolder() });
    expect(commands.stdout).toContain("plan");
    const options = await fairlead(["complete", "--", "plan", "--d"], { cwd: temporaryFolder() });
    expect(options.stdout).toContain("--detailed-exitcode");
  });
});
