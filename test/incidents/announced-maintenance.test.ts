import { expect, test } from "vitest";
import { openHealthWatch } from "../../src/cli/health-watch.ts";
import { incidentStore } from "../../src/incidents/incident-store.ts";
import { writeFiles } from "../support/git-folder.ts";
import { watchedProject } from "../support/watched-project.ts";

const SECOND = 1_000;

const MAINTENANCE = `---
title: New disks
affected: [web]
maintenance: { start: 2026-11-24T12:10:00Z, duration: 10m }
---
`;

test("maintenance that is announced while somebody watches counts neither for nor against the service, and opens nothing", async () => {
  const { folder, time, face, workspace, declared } = await watchedProject();
  const catalog = await declared();
  const { watch } = await openHealthWatch({ face, workspace, environment: "staging" });
  await watch.follow(catalog);
  const seen = async (minutes: number, outcome: "pass" | "fail"): Promise<void> => {
    for (let n = 0; n < 2 * minutes; n++) {
      time.now += 30 * SECOND;
      watch.beat("web", 1);
      watch.sample({ service: "web", at: time.now - SECOND, outcome });
    }
    expect(await watch.keep()).toEqual([]);
  };
  await seen(9, "pass");
  writeFiles(folder, { "incidents/disks.md": MAINTENANCE });
  await seen(1, "pass");
  await seen(10, "fail");
  await seen(5, "pass");

  const { days } = watch.history();
  expect(days.at(-1)?.services["web"]).toMatchObject({ failed: 0, maintenance: 20, passed: 30 });
  expect(days.at(-1)?.services["web"]?.seconds.down).toBe(0);
  const { refs } = await workspace.refsOf("staging");
  const store = incidentStore({ refs, environment: "staging", random: face.nonce, clock: face.clock });
  expect((await store.read()).value).toEqual([]);
  await workspace.close();
});
