import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fairlead, startFairlead } from "../support/cli.ts";
import { gitFolder } from "../support/git-folder.ts";

const FILES = {
  "fairlead.yaml": "project: shop\nsite: { title: Shop status }\n",
  "services/shop-api.yaml":
    "id: shop-api\nname: Shop API\ntype: api\nexternal: true\nhealth: { endpoint: 'http://127.0.0.1:9/' }\n",
};

test("`fairlead site preview` builds the site under its path, serves it, and ends at Ctrl-C", async () => {
  const cwd = gitFolder(FILES);
  const preview = startFairlead(["site", "preview", "--port", "0", "--base", "/status/"], { cwd });
  await preview.sees("The status site is at ");
  const url = /http:\/\/\S+/.exec(preview.output())?.[0] ?? "";
  expect(new URL(url).pathname).toBe("/status/");
  const page = await fetch(url);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("Shop status");
  preview.process.kill("SIGINT");
  expect((await preview.ended()).code).toBe(0);
});

test("`fairlead site` alone builds, and a base that is no path is named before anything is built", async () => {
  const cwd = gitFolder(FILES);
  const wrong = await fairlead(["site", "build", "--base", "status"], { cwd });
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain("`--base status` is no path with a slash at both ends");
  const { code, stdout, stderr } = await fairlead(["site", "--out", "public", "--json"], { cwd });
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ folder: join(cwd, "public"), pages: expect.any(Number) });
  expect(JSON.parse(readFileSync(join(cwd, "public/data.json"), "utf8"))).toMatchObject({ base: "/" });
});
