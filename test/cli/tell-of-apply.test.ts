import { rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { gitFolder, writeFiles } from "../support/git-folder.ts";
import { freePorts, SERVER, serviceFile } from "../support/shop.ts";

/** Somebody who wants to know of deployments. */
async function listener() {
  const heard: { readonly event: string; readonly title: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const { event, title } = JSON.parse(body);
    heard.push({ event, title });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/CANARY` };
}

test("who asked is told what an apply has deployed, what failed and what was taken away, and nobody else", async () => {
  const { heard, url } = await listener();
  const [stock = 0, broken = 0] = await freePorts(2);
  const folder = gitFolder({
    ".gitignore": ".fairlead/\n",
    "fairlead.yaml": `project: shop
environments: { development: { target: { kind: local } }, staging: { target: { kind: local } } }
notifications:
  - { name: deploys, type: webhook, to: { secret: HOOK }, events: [deployed, failed] }
  - { name: on-call, type: webhook, to: { secret: HOOK }, events: [down] }
`,
    "services/stock.yaml": serviceFile("stock", stock).replace("name: stock", "name: Stock API"),
    "services/stock/server.mjs": SERVER,
    "services/broken.yaml": serviceFile("broken", broken).replace("drain_time", "progress_deadline: 4s, drain_time"),
    "services/broken/server.mjs": "process.exit(3);\n",
  });
  onTestFinished(async () => void (await fairlead(["down", "-e", "staging"], { cwd: folder })));
  const apply = (args: readonly string[]) => fairlead(["apply", "--yes", ...args], { cwd: folder, env: { HOOK: url } });

  expect((await apply([])).code).toBe(1);
  expect(heard, "development is one's own").toEqual([]);
  await fairlead(["down"], { cwd: folder });

  const first = await apply(["-e", "staging"]);
  expect(first.code).toBe(1);
  expect(heard.toSorted((a, b) => (a.title < b.title ? -1 : 1))).toEqual([
    { event: "deployed", title: "staging: Stock API r1 runs now" },
    { event: "failed", title: "staging: broken r1 failed" },
  ]);
  expect(first.stdout + first.stderr).not.toContain("CANARY");
  heard.length = 0;

  // What is held is no news.
  await apply(["-e", "staging"]);
  expect(heard).toEqual([]);

  writeFiles(folder, { "services/broken/server.mjs": SERVER });
  rmSync(join(folder, "services/stock.yaml"));
  const last = await apply(["-e", "staging", "--allow-destroy", "stock"]);
  expect(last.code, last.stderr).toBe(0);
  expect(heard.toSorted((a, b) => (a.title < b.title ? -1 : 1))).toEqual([
    { event: "deployed", title: "staging: broken r2 runs now" },
    { event: "deployed", title: "staging: stock was taken away" },
  ]);
});

test("where a message cannot be delivered the apply stands, and the report names who was not told", async () => {
  const [stock = 0] = await freePorts(1);
  const folder = gitFolder({
    ".gitignore": ".fairlead/\n",
    "fairlead.yaml": `project: shop
environments: { staging: { target: { kind: local } } }
notifications: [{ name: deploys, type: webhook, to: { secret: HOOK }, events: [deployed] }]
`,
    "services/stock.yaml": serviceFile("stock", stock),
    "services/stock/server.mjs": SERVER,
  });
  onTestFinished(async () => void (await fairlead(["down", "-e", "staging"], { cwd: folder })));
  const { code, stderr } = await fairlead(["apply", "--yes", "-e", "staging"], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toContain("deploys");
  expect(stderr).toContain("HOOK");
});
