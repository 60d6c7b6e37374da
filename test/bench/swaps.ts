import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remoteRefStore } from "../../src/git/remote-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import type { ServiceRecord } from "../../src/model/state.ts";
import { recordPath } from "../../src/state/state-codec.ts";
import { stateStore } from "../../src/state/state-store.ts";
import { record, release } from "../support/builders.ts";
import { idOf } from "./generate.ts";
import { median } from "./measure.ts";

/**
 * A swap of one service among `services` on a bare remote on the same disk, the push included: median milliseconds, and
 * the median of bytes that each brought to the remote. In turns with it the bare minimum: one `git fast-import` of the
 * same change and one `git push` under a lease.
 */
export async function measureSwaps({
  services,
  turns,
}: {
  readonly services: number;
  readonly turns: number;
}): Promise<{ readonly ms: number; readonly bareMs: number; readonly bytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  const remote = join(folder, "remote.git");
  const work = join(folder, "work");
  for (const args of [
    ["init", "-q", "--bare", remote],
    ["init", "-q", work],
    ["-C", work, "remote", "add", "origin", `file://${remote}`],
  ])
    execFileSync("git", args);
  const repository = await openRepository(work, process.env);
  try {
    const store = stateStore({ refs: remoteRefStore(repository, "origin"), environment: "staging" });
    const all = new Map<string, ServiceRecord>();
    for (let index = 0; index < services; index++) all.set(idOf(index), serviceRecord(idOf(index), 1));
    let nonces = 0;
    const by = () => ({ run: "bench", nonce: `bench-${process.pid}-${++nonces}` });
    let oid = await won(store.swap(null, { services: all, message: "All of them" }, by()));
    const times: number[] = [];
    const bareTimes: number[] = [];
    const sizes: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const id = idOf(Math.floor((turn * services) / turns));
      const before = bytesIn(join(remote, "objects"));
      const begun = performance.now();
      oid = await won(store.swap(oid, { services: new Map([[id, serviceRecord(id, 2)]]), message: `${id}: r2` }, by()));
      times.push(performance.now() - begun);
      sizes.push(bytesIn(join(remote, "objects")) - before);
      const content = JSON.stringify(serviceRecord(id, 3 + turn), null, 2);
      bareTimes.push(bareSwap({ work, from: oid, path: recordPath(id), content }));
    }
    return { ms: median(times), bareMs: median(bareTimes), bytes: median(sizes) };
  } finally {
    await repository.close();
    rmSync(folder, { recursive: true, maxRetries: 5 });
  }
}

/** Milliseconds of the two Git commands alone, on a branch of its own. */
function bareSwap(change: {
  readonly work: string;
  readonly from: string;
  readonly path: string;
  readonly content: string;
}): number {
  const { work, from, path, content } = change;
  const git = (args: readonly string[], input = ""): string =>
    execFileSync("git", args, { cwd: work, input, stdio: ["pipe", "pipe", "ignore"] })
      .toString()
      .trim();
  git(["push", "--force", "origin", `${from}:refs/heads/bare`]);
  const length = Buffer.byteLength(content);
  const stream = `commit refs/heads/bare\nmark :1\ncommitter bench <bench@localhost> now\ndata 4\nbare\nfrom ${from}\nM 100644 inline ${path}\ndata ${length}\n${content}\n\nget-mark :1\ndone\n`;
  const begun = performance.now();
  const oid = git(["fast-import", "--quiet", "--force", "--date-format=now", "--done"], stream);
  git(["push", "--porcelain", `--force-with-lease=refs/heads/bare:${from}`, "origin", `${oid}:refs/heads/bare`]);
  return performance.now() - begun;
}

function serviceRecord(service: string, number: number): ServiceRecord {
  return record({ releases: [release({ service, number, spec: { description: `Serves ${service}, again` } })] });
}

async function won(swap: Promise<{ readonly is: string; readonly oid?: string | null }>): Promise<string> {
  const result = await swap;
  if (result.is !== "won" || !result.oid) throw new Error(`the swap ended as ${result.is}: nothing was measured`);
  return result.oid;
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
