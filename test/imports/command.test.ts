import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { gitFolder, temporaryFolder, writeFiles } from "../support/git-folder.ts";
import { CASES, NAMES } from "./importing.ts";

const GATUS = join(CASES, "gatus", "config.yaml");

describe("fairlead import", () => {
  test.each(NAMES)("%s: what is written passes `fairlead validate`", async (tool) => {
    const folder = gitFolder();
    const imported = await fairlead(["import", tool, join(CASES, tool)], { cwd: folder });
    expect(imported.stderr).not.toMatch(/error\[/);
    expect(imported.stdout).toMatch(/✓ \d+ files written; all of them are valid/);
    expect(imported.code).toBe(0);
    const { code, stderr, stdout } = await fairlead(["validate", "--json"], { cwd: folder });
    const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly { readonly severity: string }[] };
    expect(
      diagnostics.filter(({ severity }) => severity !== "info"),
      stderr,
    ).toEqual([]);
    expect(code).toBe(0);
  });

  test("with --dry-run everything is shown and nothing is written", async () => {
    const folder = gitFolder();
    const { code, stdout } = await fairlead(["import", "gatus", GATUS, "--dry-run"], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain("Left out");
    expect(stdout).toContain("services/front-door.yaml");
    expect(stdout).toContain("Nothing was written");
    expect(readdirSync(folder)).toEqual([".git"]);
  });

  test("files that are there are named, each, and nothing is written", async () => {
    const folder = gitFolder();
    writeFiles(folder, { "services/mail.yaml": "mine\n", "services/orders.yaml": "mine\n" });
    const { code, stderr } = await fairlead(["import", "gatus", GATUS], { cwd: folder });
    expect(code).toBe(1);
    for (const name of ["mail", "orders"]) expect(stderr).toContain(`\`services/${name}.yaml\` is there already`);
    expect(readdirSync(join(folder, "services"))).toEqual(["mail.yaml", "orders.yaml"]);
    expect(readFileSync(join(folder, "services/mail.yaml"), "utf8")).toBe("mine\n");
  });

  test("--force puts the imported ones in their place, and adds to fairlead.yaml what it does not say", async () => {
    const own = "project: harbour # ours\nsite:\n  title: Ours\n";
    const folder = gitFolder({ "fairlead.yaml": own, "services/mail.yaml": "mine\n" });
    const { code } = await fairlead(["import", "gatus", GATUS, "--force"], { cwd: folder });
    expect(code).toBe(0);
    expect(readFileSync(join(folder, "services/mail.yaml"), "utf8")).toContain("starttls://mail.example.com:587");
    const project = readFileSync(join(folder, "fairlead.yaml"), "utf8");
    expect(project).toContain("project: harbour # ours\n");
    expect(project).toContain("title: Ours\n");
    expect(project).toContain("All services of the harbour.");
    expect(project).toContain("SLACK_WEBHOOK_URL");
  });

  test("without it a fairlead.yaml is left alone, and what it could say is shown", async () => {
    const own = "project: harbour\n";
    const folder = gitFolder({ "fairlead.yaml": own });
    const { code, stdout } = await fairlead(["import", "gatus", GATUS], { cwd: folder });
    expect(code).toBe(0);
    expect(readFileSync(join(folder, "fairlead.yaml"), "utf8")).toBe(own);
    expect(stdout).toContain("fairlead.yaml is there and left alone");
    expect(stdout).toContain("  title: Harbour health");
  });

  test("the report is there for machines", async () => {
    const { stdout } = await fairlead(["import", "statuspage", join(CASES, "statuspage"), "--json"], {
      cwd: gitFolder(),
    });
    const told = JSON.parse(stdout) as Record<string, unknown>;
    expect(told).toMatchObject({ tool: "statuspage", dry_run: false, written: true, valid: true });
    expect(told["report"]).toContainEqual({
      what: "service `Ferry timetable`",
      from: "summary.json: components[1]",
      to: "services/ferry-timetable.yaml",
      outcome: "carried",
      why: "",
    });
  });

  test("a symbolic link is not followed, so that nothing from elsewhere is written", async () => {
    const source = temporaryFolder();
    symlinkSync(GATUS, join(source, "config.yaml"));
    const folder = gitFolder();
    const { stderr } = await fairlead(["import", "gatus", source], { cwd: folder });
    expect(stderr).toContain("`config.yaml` is left out: it is a symbolic link");
    expect(existsSync(join(folder, "services"))).toBe(false);
  });

  test.each([
    [["import", "nagios", "."], "`nagios` is no tool whose files can be imported"],
    [["import", "gatus", "nowhere"], "it is not there"],
    [["import", "upptime", "."], "nothing in it is a file of that tool"],
  ])("%j says what is wrong, and exits with 1", async (args, says) => {
    const { code, stderr } = await fairlead(args, { cwd: gitFolder() });
    expect(code).toBe(1);
    expect(stderr).toContain(says);
  });
});
