import { expect, test } from "vitest";
import { localRefStore } from "../../src/git/local-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import { healthStore } from "../../src/health/history.ts";
import type { Segment } from "../../src/model/health.ts";
import { fairlead } from "../support/cli.ts";
import { BARE_ENVIRONMENT, git, gitFolder } from "../support/git-folder.ts";

const DAY = 86_400_000;

/** A day of hourly samples, ten days ago. */
function oldSegment(): Segment {
  const from = Math.floor((Date.now() - 10 * DAY) / DAY) * DAY;
  const samples = Array.from({ length: 24 }, (_, hour) => ({
    service: "shop",
    at: from + hour * 3_600_000,
    outcome: "pass" as const,
  }));
  const watching = { cadenceMs: 3_600_000, timeoutMs: 5_000, failure_threshold: 3, success_threshold: 2 };
  return {
    version: 1,
    collector: "one",
    region: "default",
    environment: "development",
    from,
    to: from + DAY - 1,
    watching: { shop: watching },
    expected: { shop: 24 },
    samples,
  };
}

test("`fairlead health compact` lets go of what fairlead.yaml does not want kept, and of nothing else", async () => {
  const project = (samples: string): string => `project: shop\nhealth: { retention: { samples: ${samples} } }\n`;
  for (const [samples, kept] of [
    ["30d", true],
    ["48h", false],
  ] as const) {
    const cwd = gitFolder({ "fairlead.yaml": project(samples) });
    const repository = await openRepository(cwd, BARE_ENVIRONMENT);
    const segment = oldSegment();
    // As it was kept when it was new.
    const clock = { now: () => segment.to + 1_000, sleep: async () => {} };
    const store = healthStore({ refs: localRefStore(repository), random: () => "0".repeat(32), clock });
    expect(await store.append(segment)).toEqual([]);
    await repository.close();
    const { code, stderr } = await fairlead(["health", "compact"], { cwd });
    expect(code, stderr).toBe(0);
    const files = git(cwd, "ls-tree", "-r", "--name-only", "refs/fairlead/health");
    expect(/^raw\//m.test(files), `with samples kept for ${samples}`).toBe(kept);
    expect((await fairlead(["health", "verify"], { cwd })).code).toBe(0);
  }
});
