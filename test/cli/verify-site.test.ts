import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { git, gitFolder } from "../support/git-folder.ts";

test("a site that was built from Git names its commit and is verified by it, also when more was seen since", async () => {
  const cwd = gitFolder({
    "fairlead.yaml": "project: shop\n",
    "services/shop.yaml":
      "id: shop\nname: Shop\ntype: api\nexternal: true\nnetworking: { port: 5432 }\nhealth: { endpoint: 'http://127.0.0.1:9/', timeout: 500ms }\n",
  });
  await fairlead(["check"], { cwd });
  const commit = git(cwd, "rev-parse", "refs/fairlead/health").trim();
  const built = await fairlead(["site", "build", "--out", "public"], { cwd });
  expect(built.code, built.stderr).toBe(0);
  const data = readFileSync(join(cwd, "public/data.json"), "utf8");
  expect(JSON.parse(data).history).toBe(commit);
  // It may be for everybody: a port of this machine is nothing to tell.
  expect(data).not.toContain("5432");
  await fairlead(["check"], { cwd });
  const verified = await fairlead(["health", "verify", "--site", "public"], { cwd });
  expect(verified.code, verified.stderr).toBe(0);
  // Without the ref's history nothing proves the commit.
  git(cwd, "update-ref", "-d", "refs/fairlead/health");
  const gone = await fairlead(["health", "verify", "--site", "public"], { cwd });
  expect(gone.code).toBe(1);
  expect(gone.stderr).toContain(`${commit.slice(0, 12)}, which they were made of, is not at hand`);
});
