import { expect, test } from "vitest";
import { openHealthWatch } from "../../src/cli/health-watch.ts";
import { BOT } from "../github/connect.ts";
import { BARE_ENVIRONMENT, git, writeFiles } from "../support/git-folder.ts";
import { githubFake } from "../support/github/fake.ts";
import { until } from "../support/until.ts";
import { NOON, watchedProject } from "../support/watched-project.ts";

const DAY = 86_400_000;

test("what was seen is kept while GitHub lets one wait", async () => {
  const github = await githubFake();
  const token = github.token({ login: BOT, app: "github-actions", permissions: { issues: "write", contents: "read" } });
  const env = {
    ...BARE_ENVIRONMENT,
    GITHUB_REPOSITORY: github.repository,
    GITHUB_TOKEN: token,
    GITHUB_API_URL: github.url,
  };
  const project = await watchedProject({ interval: "1m", health: ", failure_threshold: 1", env });
  const { folder, time, face, workspace } = project;
  const { watch } = await openHealthWatch({ face, workspace, environment: "staging" });
  await watch.follow(await project.declared());
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
  const { folder, time, face, workspace, declared } = await watchedProject({ interval: "1h" });
  const { watch } = await openHealthWatch({ face, workspace, environment: "staging" });
  const follow = async (samples: string): Promise<void> => {
    writeFiles(folder, { "fairlead.yaml": project(samples) });
    await watch.follow(await declared());
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

  await follow("30d");
  await see();
  for (let day = 1; day <= 5; day++) {
    time.now = NOON + day * DAY;
    await see();
  }
  expect(samplesOf("2026-11-24")).toBe(2);
  await follow("48h");
  // The first goes; the second lasts into the next day.
  for (let day = 6; day <= 9; day++) {
    time.now = NOON + day * DAY;
    await see();
  }
  expect(samplesOf("2026-11-24")).toBe(1);
  await workspace.close();
});
