import { expect, test } from "vitest";
import { openHealthWatch } from "../../src/cli/health-watch.ts";
import { openEnvironment } from "../../src/cli/open-environment.ts";
import { openWorkspace } from "../../src/cli/workspace.ts";
import { BOT } from "../github/connect.ts";
import { BARE_ENVIRONMENT, git, gitFolder, writeFiles } from "../support/git-folder.ts";
import { githubFake } from "../support/github/fake.ts";
import { quietFace } from "../support/quiet-face.ts";
import { until } from "../support/until.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const DAY = 86_400_000;

test("what was seen is kept while GitHub lets one wait", async () => {
  const github = await githubFake();
  const token = github.token({ login: BOT, app: "github-actions", permissions: { issues: "write", contents: "read" } });
  const folder = gitFolder({
    "fairlead.yaml": "project: shop\nenvironments: {staging: {target: {kind: local}}}\n",
    "services/web.yaml":
      "id: web\nname: Web\ntype: api\nexternal: true\nhealth: {endpoint: 'http://127.0.0.1:9/', interval: 1m, failure_threshold: 1}\n",
  });
  const time = { now: NOON };
  const env = {
    ...BARE_ENVIRONMENT,
    GITHUB_REPOSITORY: github.repository,
    GITHUB_TOKEN: token,
    GITHUB_API_URL: github.url,
  };
  const face = quietFace({ directory: folder, now: () => time.now, env });
  const workspace = await openWorkspace(face);
  const { watch } = await openHealthWatch({ face, workspace, environment: "staging" });
  const catalog = (await (await openEnvironment(workspace, "staging")).value?.declared())?.value;
  if (catalog === undefined) throw new Error("nothing is declared");
  await watch.follow(catalog);
  watch.beat("web", 1);
  watch.sample({ service: "web", at: time.now, outcome: "fail" });
  time.now += 1_000;
  const waiting = github.failNext({ how: "held", match: /issues/ });
  const kept = watch.keep();
  await until(() => git(folder, "for-each-ref", "--format=%(refname)", "refs/fairlead/health") !== "");
  expect(git(folder, "ls-tree", "-r", "--name-only", "refs/fairlead/health")).toMatch(/^raw\/staging\//m);
  expect(github.world.issues).toEqual([]);
  waiting.release();
  expect(await kept).toEqual([]);
  expect(github.world.issues).toHaveLength(1);
  await workspace.close();
});

test("how long history is kept follows what is declared, also for a watcher that has run since before", async () => {
  const project = (samples: string): string =>
    `project: shop\nenvironments: {staging: {target: {kind: local}}}\nhealth: {retention: {samples: ${samples}}}\n`;
  const folder = gitFolder({
    "fairlead.yaml": project("30d"),
    "services/web.yaml":
      "id: web\nname: Web\ntype: api\nexternal: true\nhealth: {endpoint: 'http://127.0.0.1:9/', interval: 1h}\n",
  });
  const time = { now: NOON };
  const face = quietFace({ directory: folder, now: () => time.now });
  const workspace = await openWorkspace(face);
  const { watch } = await openHealthWatch({ face, workspace, environment: "staging" });
  const follow = async (): Promise<void> => {
    const catalog = (await (await openEnvironment(workspace, "staging")).value?.declared())?.value;
    if (catalog === undefined) throw new Error("nothing is declared");
    await watch.follow(catalog);
  };
  const see = async (): Promise<void> => {
    watch.beat("web", 1);
    watch.sample({ service: "web", at: time.now, outcome: "pass" });
    time.now += 1_000;
    expect(await watch.keep()).toEqual([]);
  };
  const samplesOf = (day: string): number =>
    git(folder, "ls-tree", "-r", "--name-only", "refs/fairlead/health", `raw/staging/${day}/`)
      .split("\n")
      .filter(Boolean).length;

  await follow();
  await see();
  for (let day = 1; day <= 5; day++) {
    time.now = NOON + day * DAY;
    await see();
  }
  expect(samplesOf("2026-11-24")).toBe(2);
  writeFiles(folder, { "fairlead.yaml": project("48h") });
  await follow();
  // The first goes; the second lasts into the next day.
  for (let day = 6; day <= 9; day++) {
    time.now = NOON + day * DAY;
    await see();
  }
  expect(samplesOf("2026-11-24")).toBe(1);
  await workspace.close();
});
