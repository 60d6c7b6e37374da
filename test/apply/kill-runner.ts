import { request } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { apply } from "../../src/apply/apply.ts";
import type { CrashPoint } from "../../src/apply/crash-points.ts";
import { impactTable } from "../../src/catalog/impacts.ts";
import { systemClock } from "../../src/cli/system-clock.ts";
import { remoteRefStore } from "../../src/git/remote-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import type { ServiceId } from "../../src/model/basics.ts";
import type { Observation } from "../../src/model/fleet.ts";
import type { RefStore } from "../../src/model/ref-store.ts";
import type { RolloutAction } from "../../src/model/rollout.ts";
import type { Fence, Receipt, Target } from "../../src/model/target.ts";
import { plan } from "../../src/plan/plan.ts";
import { timelineFor } from "../../src/rollout/strategies.ts";
import { stateStore } from "../../src/state/state-store.ts";
import { simProfile } from "../../src/targets/sim/profile.ts";
import { catalogOf, entry } from "../support/builders.ts";
import type { WorldRequest } from "./world-server.ts";

/** What one process is told, as JSON in its first argument. */
export interface Orders {
  readonly folder: string;
  readonly socket: string;
  readonly environment: string;
  readonly run: string;
  readonly declared: Readonly<Record<ServiceId, readonly ServiceId[]>>;
  readonly ttlMs: number;
  readonly patienceMs: number;
  /** Says that it is ready and waits for a line on standard input, when it has read State and is about to swap. */
  readonly onTheWord?: boolean;
  /** Sends itself this signal at the `nth` passing of a point. */
  readonly ends?: { readonly at: CrashPoint; readonly nth: number; readonly signal: "SIGKILL" | "SIGSTOP" };
}

/** A line of what a process says: while it runs, and at its end. */
export type Said =
  | { readonly is: "ready" }
  | { readonly is: "event"; readonly says: string }
  | { readonly is: "win"; readonly oid: string }
  | {
      readonly is: "report";
      readonly outcome: string;
      readonly services: readonly string[];
      readonly left: readonly string[];
    };

/*
 * One real process that applies: State on a Git remote over HTTP, a world at the other end of a socket. It is no test by
 * itself; `kill-matrix.test.ts` starts it and lets it die.
 */
const orders = JSON.parse(process.argv[2] ?? "") as Orders;
const say = (said: Said): void => void process.stdout.write(`${JSON.stringify(said)}\n`);

function ask<T>(what: WorldRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath: orders.socket, method: "POST" }, async (response) => {
      let body = "";
      for await (const piece of response) body += String(piece);
      resolve(JSON.parse(body) as T);
    });
    asking.on("error", reject);
    asking.end(JSON.stringify(what));
  });
}

const perform = (action: RolloutAction, fence: Fence): Promise<Receipt> => ask({ ask: "perform", action, fence });

const target: Target = {
  profile: simProfile(),
  observe: (only) => ask<Observation>({ ask: "observe", ...(only ? { only } : {}) }),
  act: perform,
  async *watch(service, signal) {
    let last = "";
    while (!signal.aborted) {
      const { fleets } = await ask<Observation>({ ask: "observe", only: [service] });
      const [fleet] = fleets;
      const picture = JSON.stringify([fleet?.groups, fleet?.weights, fleet?.policy]);
      if (fleet && picture !== last) yield fleet;
      last = picture;
      await pause(150, undefined, { signal }).catch(() => undefined);
    }
  },
};

const repository = await openRepository(orders.folder, process.env);
const { environment } = orders;
const remote = remoteRefStore(repository, "origin");
let waits = orders.onTheWord === true;
async function word(): Promise<void> {
  if (!waits) return;
  waits = false;
  say({ is: "ready" });
  const words = createInterface({ input: process.stdin });
  await new Promise<void>((resolve) => words.once("line", () => resolve()));
  words.close();
}
const refs: RefStore = {
  ...remote,
  async swap(change) {
    await word();
    const swap = await remote.swap(change);
    if (swap.is === "won") say({ is: "win", oid: swap.oid });
    return swap;
  },
};
const store = stateStore({ refs, environment });
const quick = { min_healthy_time: 0, drain_time: 200, healthy_deadline: 20_000, progress_deadline: 60_000 };
const catalog = catalogOf(
  Object.entries(orders.declared).map(([id, dependencies]) =>
    entry({ id, dependencies, runtime: { replicas: 1 }, deployment: quick }),
  ),
  { environment },
);
const impacts = impactTable();
const secretVersions = () => ({});
const passed = new Map<CrashPoint, number>();

const report = await apply({
  environment,
  store,
  target,
  edge: {
    profile: { weightStep: 1, enforces: new Set(["service", "port", "maintenance"] as const) },
    route: perform,
    evidence: async (service, since) => ({ service, from: since, to: since, byRelease: {} }),
  },
  secrets: { read: async () => null },
  declared: async () => ({ value: catalog, diagnostics: [] }),
  impacts,
  secretVersions,
  keep: async () => [],
  permit: () => ({ approved: "all", allowDestroy: new Set() }),
  run: orders.run,
  clock: systemClock,
  nonce: () => crypto.randomUUID(),
  parallelism: 4,
  ttlMs: orders.ttlMs,
  patienceMs: orders.patienceMs,
  coalesceMs: 5_000,
  onEvent: ({ service, says }) => say({ is: "event", says: service === undefined ? says : `${service}: ${says}` }),
  crash: async (point) => {
    const nth = (passed.get(point) ?? 0) + 1;
    passed.set(point, nth);
    const { ends } = orders;
    if (ends === undefined || ends.at !== point || ends.nth !== nth) return;
    process.kill(process.pid, ends.signal);
    // A signal is taken at the system's leisure: nothing happens before it is.
    await pause(ends.signal === "SIGKILL" ? 60_000 : 200);
  },
});
const { oid, state } = await store.read();
const { plan: after } = plan({
  ...{ catalog, state, stateOid: oid, profile: target.profile, impacts, timelineOf: timelineFor, secretVersions },
  allowDestroy: new Set(),
});
say({
  is: "report",
  outcome: report.outcome,
  services: report.services.map(({ outcome, service }) => `${outcome} ${service}`),
  left: after.steps.map(({ action, service }) => `${action} ${service}`),
});
await repository.close();
