import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Parser from "rss-parser";
import { expect, onTestFinished, test } from "vitest";
import { BOT } from "../github/connect.ts";
import { fairlead, startFairlead } from "../support/cli.ts";
import { gitFolder } from "../support/git-folder.ts";
import { githubFake } from "../support/github/fake.ts";
import { until } from "../support/until.ts";

/** A service of somebody's, which stops and comes back on the same port. */
async function service() {
  let server: Server | null = null;
  let port = 0;
  const start = async (): Promise<void> => {
    const fresh = createServer((_, response) => response.end("ok"));
    await new Promise<void>((resolve) => fresh.listen(port, "127.0.0.1", resolve));
    port = (fresh.address() as AddressInfo).port;
    server = fresh;
  };
  const stop = async (): Promise<void> => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
    server = null;
  };
  await start();
  onTestFinished(stop);
  return { start, stop, url: `http://127.0.0.1:${port}/` };
}

const INTERVAL_MS = 1_000;
const FAILURES = 2;
/** On a machine that others use, a page takes its time. */
const LONG = { deadlineMs: 90_000 };

test("a service that stops turns its page, the banner, the badge, the feeds, the JSON and an issue; when it is back, the incident closes with the time that it took", async () => {
  const shop = await service();
  const github = await githubFake();
  const token = github.token({ login: BOT, app: "github-actions", permissions: { issues: "write", contents: "read" } });
  const file = (id: string, name: string, url: string) =>
    `id: ${id}\nname: ${name}\ntype: api\nexternal: true\nhealth: { endpoint: '${url}', interval: 1s, timeout: 500ms, failure_threshold: ${FAILURES}, success_threshold: 1 }\n`;
  const quiet = await service();
  const cwd = gitFolder({
    "fairlead.yaml":
      "project: shop\nenvironments: { staging: { target: { kind: local } } }\nsite: { title: Shop, url: 'https://status.example.com', refresh: 1s }\n",
    "services/shop.yaml": file("shop", "Shop API", shop.url),
    "services/quiet.yaml": file("quiet", "Quiet", quiet.url),
  });
  const up = startFairlead(["up", "-e", "staging", "--yes", "--port", "0"], {
    cwd,
    env: { GITHUB_REPOSITORY: github.repository, GITHUB_TOKEN: token, GITHUB_API_URL: github.url },
  });
  await up.sees("Watching for changes");
  const site = /http:\/\/\S+:\d+\//.exec(up.output().slice(up.output().lastIndexOf("status site")))?.[0] ?? "";
  const text = async (path: string): Promise<string> => (await fetch(new URL(path, site))).text();
  const json = async (path: string) => JSON.parse(await text(path));
  const shows = async (word: string, banner: string, incidents: number): Promise<boolean> => {
    // The front page is the last that is put in place: what it shows, everything shows.
    if (!(await text("")).includes(banner)) return false;
    const summary = await json("api/v2/summary.json");
    return (
      (await text("badges/shop.svg")).includes(word) &&
      (await json("data.json")).services.find(({ id }: { id: string }) => id === "shop").verdict === word &&
      summary.incidents.length === incidents
    );
  };
  expect(await shows("operational", "All systems operational", 0)).toBe(true);

  const stoppedAt = Date.now();
  await shop.stop();
  await until(() => shows("down", "1 of 2 services is down", 1), LONG);
  expect(await text("services/shop/")).toContain("Down");
  expect((await json("api/v2/summary.json")).status.indicator).toBe("major");
  expect((await json("health.json")).status).toBe("fail");
  expect((await json("badge.json")).message).toBe("down");
  // Files are put in place one after the other.
  const news = async () => (await new Parser().parseString(await text("services/shop/rss.xml"))).items;
  await until(async () => (await news())[0]?.title === "Shop API is down", LONG);
  await until(() => github.world.issues.length === 1, LONG);
  expect(github.world.issues).toMatchObject([{ title: "staging: Shop API is down", state: "open" }]);
  const [incident] = (await json("data.json")).incidents;
  await until(async () => (await text(`incidents/${incident.id}/`)).includes("Shop API is down"), LONG);

  const startedAt = Date.now();
  await shop.start();
  await until(() => shows("operational", "All systems operational", 0), LONG);
  const backAt = Date.now();
  await until(() => github.world.issues[0]?.state === "closed", LONG);
  const data = await json("data.json");
  const closed = data.incidents.find(({ id }: { id: string }) => id === incident.id);
  // From the first asking that failed to the first that passed: at most an interval later than the stop, and than the start.
  const slackMs = INTERVAL_MS + 1_000;
  expect(Date.parse(closed.from) - stoppedAt).toBeGreaterThanOrEqual(-slackMs);
  expect(Date.parse(closed.to)).toBeGreaterThanOrEqual(startedAt - slackMs);
  expect(Date.parse(closed.to)).toBeLessThanOrEqual(backAt);
  expect(closed.durationMs).toBe(Date.parse(closed.to) - Date.parse(closed.from));

  up.process.kill("SIGINT");
  await up.ended();
  const verified = await fairlead(["health", "verify", "-e", "staging", "--site", join(cwd, "dist/status")], { cwd });
  expect(verified.code, verified.stderr).toBe(0);
});
