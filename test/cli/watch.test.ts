import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { fairlead, startFairlead } from "../support/cli.ts";
import { git, gitFolder, temporaryFolder, writeFiles } from "../support/git-folder.ts";
import { until } from "../support/until.ts";

/** A service that is watched and not run, which can be made to fail. */
async function service() {
  let status = 200;
  const server = createServer((_, response) => response.writeHead(status).end("ok"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    yaml: (id: string) =>
      `id: ${id}\nname: ${id}\ntype: api\nexternal: true\nhealth: { endpoint: 'http://127.0.0.1:${port}/', interval: 1s }\n`,
    answer(next: number) {
      status = next;
    },
  };
}

const PROJECT = "project: shop\nenvironments:\n  production: { target: { kind: local } }\n";

test("`fairlead watch` keeps what it sees on the remote, under its name, and tells what changes", async () => {
  const shop = await service();
  const folder = gitFolder({ "fairlead.yaml": PROJECT, "services/shop.yaml": shop.yaml("shop") });
  const remote = temporaryFolder();
  git(remote, "init", "--bare", "--quiet", "--initial-branch=main");
  git(folder, "remote", "add", "origin", remote);
  git(folder, "push", "--quiet", "origin", "HEAD:refs/heads/main");

  const watching = startFairlead(
    ["watch", "-e", "production", "--collector", "eu-1", "--region", "eu", "--save", "1s"],
    { cwd: folder },
  );
  await watching.sees("Watching 1 service of production");
  await watching.sees("✓ shop");
  shop.answer(500);
  await watching.sees("✗ shop");
  await until(() => git(remote, "for-each-ref", "refs/fairlead/health").includes("refs/fairlead/health"));
  watching.process.kill("SIGINT");
  expect((await watching.ended()).code).toBe(0);

  // Another clone of the team's reads the same history.
  const clone = temporaryFolder();
  git(clone, "clone", "--quiet", remote, ".");
  const raw = git(remote, "ls-tree", "-r", "--name-only", "refs/fairlead/health");
  expect(raw).toMatch(/^raw\/production\/\d{4}-\d\d-\d\d\/\d\d\/\S*eu-1/m);
  const { code, stderr } = await fairlead(["site", "build", "-e", "production", "--out", "public"], { cwd: clone });
  expect(code, stderr).toBe(0);
});

test("a service that is merged meanwhile is watched without a restart, and a broken file ends nothing", async () => {
  const shop = await service();
  const folder = gitFolder({ "fairlead.yaml": "project: shop\n", "services/shop.yaml": shop.yaml("shop") });
  const watching = startFairlead(["watch", "--save", "1s", "--reload", "1s"], { cwd: folder });
  await watching.sees("✓ shop");
  writeFiles(folder, { "services/broken.yaml": "id: [", "services/more.yaml": shop.yaml("more") });
  await watching.sees("services/broken.yaml", 90_000);
  writeFiles(folder, { "services/broken.yaml": shop.yaml("broken") });
  await watching.sees("✓ more", 90_000);
});
