import { expect, test } from "vitest";
import { historyFiles, rawPath } from "../../src/health/history-files.ts";
import { compaction } from "../../src/health/history-tree.ts";
import { DEFAULT_RETENTION } from "../../src/health/retention.ts";
import { encodeSegment } from "../../src/health/segment-codec.ts";
import type { Segment } from "../../src/model/health.ts";
import { memoryTree } from "../support/memory-tree.ts";

const NOW = Date.UTC(2026, 5, 20, 12);
const MINUTE = 60_000;

test("an old file that nobody can read is looked at alone: the hours after it are not read for its sake", async () => {
  const watching = { web: { cadenceMs: MINUTE, timeoutMs: 5_000, failure_threshold: 3, success_threshold: 2 } };
  const files: Record<string, Uint8Array | string> = { "raw/production/2026-06-01/00/w-1-2-deadbeef.json": '{"vers' };
  for (let at = NOW - DEFAULT_RETENTION.rawMs; at < NOW; at += 5 * MINUTE) {
    const segment: Segment = {
      version: 1,
      collector: "w",
      region: "default",
      environment: "production",
      from: at,
      to: at + 5 * MINUTE,
      watching,
      expected: { web: 1 },
      samples: [{ service: "web", at, outcome: "pass" }],
    };
    const content = encodeSegment(segment);
    files[rawPath(segment, content)] = content;
  }
  const reads: string[] = [];
  const tree = memoryTree(files, { reads });
  const found = historyFiles(tree);
  const put = await compaction(found, tree, { environment: "production", now: NOW, retention: DEFAULT_RETENTION });
  expect(put.size).toBe(0);
  expect(reads).toHaveLength(1);
  expect(found.diagnostics).toHaveLength(1);
});
