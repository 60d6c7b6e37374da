/**
 * `targets/local/` runs services as processes of this machine: an agent process keeps their instances (this class), an
 * edge process of its own serves them, and the command line talks to the agent over a socket. It promises that what was
 * ordered is durable before it acts, that the agent's death touches no instance and no connection, and that whatever an
 * earlier agent left is adopted or ended. It decides nothing about rollouts, and it is no container: services run with the
 * user's own rights.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Ms, ServiceId } from "../../model/basics.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { EdgeSnapshot, Evidence } from "../../model/edge.ts";
import type { Fleet, Observation } from "../../model/fleet.ts";
import type { Fence, Receipt } from "../../model/target.ts";
import type { AgentEvent, EnsureAnswer, EnsureRequest, RetireRequest, RouteRequest, WantedPort } from "./agent-api.ts";
import { type AgentState, type InstanceRecord, readAgentState, StateFile } from "./agent-state.ts";
import { Broadcast } from "./broadcast.ts";
import type { EdgeAccess } from "./edge-control.ts";
import { EdgeLink } from "./edge-link.ts";
import { afterFence, judgeFence } from "./fence.ts";
import { fleetOf, snapshotOf } from "./fleet-of.ts";
import { portTrouble } from "./free-port.ts";
import { InstanceRunner, type InstanceWorld } from "./instance-runner.ts";
import { LogCollector } from "./log-collector.ts";
import { watchMemory } from "./memory-watch.ts";
import { endOrphans } from "./orphans.ts";
import { RESTART_TUNING, type RestartTuning } from "./restart-policy.ts";
import { portProblem, routeProblem } from "./route-problem.ts";
import { routeRefusal } from "./route-refusal.ts";
import type { RuntimeFolder } from "./runtime-folder.ts";
import {
  noWish,
  type ServiceWish,
  withEnsured,
  withNewMember,
  withoutMember,
  withRetired,
  withRoute,
} from "./service-wish.ts";
import { sweepReleases } from "./sweep-releases.ts";

export interface SupervisorOptions {
  readonly runtime: RuntimeFolder;
  readonly clock: Clock;
  readonly edge: EdgeAccess;
  /** What every instance inherits (`inheritedVariables`). */
  readonly inherited: Readonly<Record<string, string>>;
  /** Of the agent itself. */
  readonly log: (says: string) => void;
  readonly tuning?: RestartTuning;
}

/** The variable by which instances of a runtime are found when nothing else tells of them. */
export const RUNTIME_MARK = "FAIRLEAD_RUNTIME";

const MEMORY_EVERY_MS: Ms = 1_000;
const DRAIN_LOOK_MS: Ms = 50;
/** An edge that has just been started needs a moment before it can be observed. */
const EDGE_PATIENCE_MS: Ms = 15_000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #clock: Clock;
  readonly #state: StateFile;
  readonly #logs: LogCollector;
  readonly #link: EdgeLink;
  readonly #world: InstanceWorld;
  readonly #wishes = new Map<ServiceId, ServiceWish>();
  readonly #runners = new Map<string, InstanceRunner>();
  /** The last order of each service: orders of one service come one after another. */
  readonly #turns = new Map<ServiceId, Promise<unknown>>();
  readonly #closing = new AbortController();
  #begun = false;
  #stopping: Promise<number> | null = null;
  readonly events = new Broadcast<AgentEvent>();
  readonly changes = new Broadcast<ServiceId>();

  constructor(options: SupervisorOptions) {
    const { runtime, clock, edge, inherited, log, tuning = RESTART_TUNING } = options;
    this.#options = options;
    this.#clock = clock;
    this.#state = new StateFile(runtime.stateFile, () => this.#compose());
    const console = (service: ServiceId, line: string): void => this.events.send({ is: "log", service, line });
    this.#logs = new LogCollector({ raw: runtime.raw, logs: runtime.logs, clock, console });
    this.#link = new EdgeLink({ access: edge, clock, snapshot: () => this.#snapshot(), log });
    this.#world = {
      clock,
      logs: this.#logs,
      tuning,
      inherited: { ...inherited, [RUNTIME_MARK]: runtime.folder },
      changed: (runner) => this.#changed(runner),
      happened: (runner, says) => this.#happened(runner, says),
      drained: (id, untilMs) => this.#drained(id, untilMs),
    };
  }

  /** Takes over what an earlier agent left, ends what nobody knows of, and begins to look after all of it. */
  async start(): Promise<void> {
    const { runtime, log } = this.#options;
    const state = await readAgentState(runtime.stateFile);
    if (state === null) log(`${runtime.stateFile} cannot be read: whatever runs from it is ended`);
    const services = Object.values(state?.services ?? {});
    const records = services.flatMap(({ instances }) => instances);
    const known = records.flatMap(({ process }) => (process ? [process] : []));
    const ended = await endOrphans({ mark: RUNTIME_MARK, value: runtime.folder, known, clock: this.#clock });
    if (ended > 0) log(`ended ${ended} process groups that nothing knew of`);
    for (const { wish } of services) this.#wishes.set(wish.service, wish);
    sweepReleases(runtime.releases, [...this.#wishes.values()]);
    await Promise.all(services.map(({ wish, instances }) => this.#resume(wish, instances)));
    // Not before all are resumed: the edge would be told of fewer backends than there are.
    this.#begun = true;
    for (const runner of this.#runners.values()) this.#live(runner);
    for (const service of this.#wishes.keys()) this.#reconcile(service);
    void this.#link.keep();
    void this.#watchMemory();
  }

  /** Services with anything running or served, or those asked for. Sorted. */
  async observe(only?: readonly ServiceId[]): Promise<Observation> {
    const running = [...this.#wishes.values()]
      .filter(({ groups, policy }) => groups.length > 0 || policy !== null)
      .map(({ service }) => service);
    const asked = [...new Set(only ?? running)].sort();
    const inFlight = await this.#edgeInFlight();
    const at = this.#clock.now();
    if (inFlight === null) return { at, fleets: [], foreign: [], unreachable: asked };
    return { at, fleets: asked.map((service) => this.#fleet(service, inFlight)), foreign: [], unreachable: [] };
  }

  /** The fleet now and after each change, at least every `everyMs`; nothing while the edge cannot be reached. */
  async *watch(service: ServiceId, signal: AbortSignal, everyMs: Ms = 1_000): AsyncGenerator<Fleet, void, undefined> {
    while (!signal.aborted) {
      const change = new AbortController();
      const forget = this.changes.listen((changed) => changed === service && change.abort());
      const [fleet] = (await this.observe([service])).fleets;
      if (fleet) yield fleet;
      await this.#clock.sleep(everyMs, AbortSignal.any([signal, change.signal]));
      forget();
    }
  }

  ensure(request: EnsureRequest): Promise<EnsureAnswer> {
    return this.#inTurn(request.service, async () => {
      const wish = this.#wish(request.service);
      const settled = this.#settled(wish, request.fence);
      if (settled) return settled;
      if (request.wanted > 0 && !existsSync(request.launch.cwd)) return { is: "files-missing" };
      const refused = await this.#order(withEnsured(wish, request, this.#leaving()), request.fence);
      if (refused) return refused;
      const group = this.#wish(request.service).groups.find(({ release }) => release === request.release);
      const { service, release, launch } = request;
      for (const { id } of group?.members ?? []) this.#runners.get(id)?.relabel({ service, release, launch });
      this.#reconcile(service);
      // The edge must not go on serving a release that has just handed its instances on.
      if (request.adopt !== undefined) await this.#link.put().catch(() => undefined);
      return { is: "done" };
    });
  }

  retire(request: RetireRequest): Promise<Receipt> {
    return this.#inTurn(request.service, async () => {
      const wish = this.#wish(request.service);
      const settled = this.#settled(wish, request.fence);
      if (settled) return settled;
      const refused = await this.#order(withRetired(wish, request), request.fence);
      if (refused) return refused;
      this.#reconcile(request.service);
      return { is: "done" };
    });
  }

  route({ action, fence }: RouteRequest): Promise<Receipt> {
    return this.#inTurn(action.service, async () => {
      const wish = this.#wish(action.service);
      const settled = this.#settled(wish, fence);
      if (settled) return settled;
      const senseless = routeRefusal(action, wish, this.#wishes.values());
      if (senseless) return { is: "refused", diagnostic: senseless };
      const refused = await this.#order(withRoute(wish, action), fence);
      if (refused) return refused;
      const problem = await routeProblem(action, { link: this.#link, clock: this.#clock });
      if (problem === null) return { is: "done" };
      // What was served before goes on; the epoch stays seen.
      const { policy, weights, fence: before } = wish;
      const epoch = Math.max(before.epoch, fence.epoch);
      const keys = epoch > before.epoch ? [] : before.keys;
      this.#wishes.set(action.service, { ...this.#wish(action.service), policy, weights, fence: { epoch, keys } });
      await this.#state.save().catch(() => undefined);
      await this.#link.put().catch(() => undefined);
      // Another program's port, or an edge that is just coming back: neither is the release's fault.
      return { is: "refused", diagnostic: problem, passing: true };
    });
  }

  /** Which of these ports could not be served: neither held here already nor to be had. */
  async blockedPorts(wanted: readonly WantedPort[]): Promise<readonly Diagnostic[]> {
    const ours = new Set([...this.#wishes.values()].map(({ policy }) => policy?.port));
    for (const { port } of this.#link.readBack?.problems ?? []) ours.delete(port);
    const found = await Promise.all(
      wanted
        .filter(({ port }) => !ours.has(port))
        .map(async ({ service, port }) => {
          const code = await portTrouble(port);
          return code === null ? [] : [portProblem(service, { port, code })];
        }),
    );
    return found.flat();
  }

  evidence(service: ServiceId, since: Ms): Promise<Evidence> {
    return this.#link.evidence(service, since);
  }

  /** Drains and ends every instance, then the edge. Resolves with how many ran. What was seen of epochs is kept. */
  stop(): Promise<number> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  /** Lets go of everything; instances and edge go on. */
  async leave(): Promise<void> {
    this.#closing.abort();
    await this.#link.leave();
    await this.#logs.close();
    await this.#state.save().catch((error: unknown) => this.#options.log(`state not saved: ${String(error)}`));
  }

  async #stopAll(): Promise<number> {
    await Promise.allSettled(this.#turns.values());
    const count = this.#runners.size;
    for (const [service, wish] of this.#wishes) {
      const groups = wish.groups.filter(({ members }) => members.length > 0).map((group) => ({ ...group, wanted: 0 }));
      this.#wishes.set(service, { ...wish, groups, weights: {} });
      this.#reconcile(service);
    }
    while (this.#runners.size > 0) await this.#clock.sleep(DRAIN_LOOK_MS);
    for (const [service, wish] of this.#wishes) this.#wishes.set(service, { ...wish, policy: null });
    this.#closing.abort();
    await this.#link.end(1_000);
    // An edge that ended in good order leaves no port behind, and nothing to wait for.
    rmSync(this.#options.runtime.edgeSocket, { force: true });
    await this.#logs.close();
    await this.#state.save().catch((error: unknown) => this.#options.log(`state not saved: ${String(error)}`));
    return count;
  }

  /** Remembers an order before it acts; on a disk that takes nothing it is refused and forgotten. */
  async #order(next: ServiceWish, fence: Fence): Promise<Receipt | null> {
    const before = this.#wish(next.service);
    this.#wishes.set(next.service, { ...next, fence: afterFence(before.fence, fence) });
    try {
      await this.#state.save();
      return null;
    } catch (error) {
      this.#wishes.set(next.service, before);
      const why = error instanceof Error ? error.message : String(error);
      return { is: "refused", diagnostic: unkept(next.service, why), passing: true };
    }
  }

  #settled(wish: ServiceWish, fence: Fence): Receipt | null {
    if (this.#stopping) return { is: "refused", diagnostic: ending(wish.service), passing: true };
    const judged = judgeFence(wish.fence, fence);
    if (judged === "fenced") return { is: "fenced", seen: wish.fence.epoch };
    return judged === "replay" ? { is: "done" } : null;
  }

  /** Starts who is missing and sends away who is too many; those first that are not ready, then the youngest. */
  #reconcile(service: ServiceId): void {
    for (const { release } of this.#wish(service).groups) {
      const group = this.#wish(service).groups.find((one) => one.release === release);
      if (!group) continue;
      const staying: InstanceRunner[] = [];
      for (const { id, spec } of group.members) {
        const runner = this.#runners.get(id) ?? this.#live(this.#make(this.#wish(service), id));
        if (spec !== group.spec) runner.leave(group.drainMs);
        else if (!runner.isLeaving) staying.push(runner);
      }
      const surplus = Math.max(0, staying.length - group.wanted);
      for (const runner of staying.toSorted(leavesFirst).slice(0, surplus)) runner.leave(group.drainMs);
      for (let missing = group.wanted - staying.length; missing > 0; missing -= 1) {
        const [wish, id] = withNewMember(this.#wish(service), release);
        this.#wishes.set(service, wish);
        this.#live(this.#make(wish, id));
      }
    }
    this.#save();
  }

  async #resume(wish: ServiceWish, records: readonly InstanceRecord[]): Promise<void> {
    await Promise.all(records.map((record) => this.#make(wish, record.id).resume(record)));
  }

  #live(runner: InstanceRunner): InstanceRunner {
    runner.run().catch((error: unknown) => {
      this.#options.log(`a bug ended the life of ${runner.id}: ${error instanceof Error ? error.stack : error}`);
    });
    return runner;
  }

  #make(wish: ServiceWish, id: string): InstanceRunner {
    const group = wish.groups.find(({ members }) => members.some((member) => member.id === id));
    if (!group) throw new Error(`instance ${id} belongs to no release of ${wish.service}`);
    const { release, launch } = group;
    const runner = new InstanceRunner(id, { service: wish.service, release, launch }, this.#world);
    this.#runners.set(id, runner);
    return runner;
  }

  #changed(runner: InstanceRunner): void {
    const { service } = runner.label;
    if (runner.isGone) this.#forget(runner);
    this.changes.send(service);
    if (!this.#begun || this.#closing.signal.aborted) return;
    this.#save();
    this.#link.put().catch(() => undefined);
  }

  #forget(runner: InstanceRunner): void {
    const { service, release } = runner.label;
    this.#runners.delete(runner.id);
    const wish = withoutMember(this.#wish(service), runner.id);
    this.#wishes.set(service, wish);
    if (wish.groups.every((group) => group.release !== release))
      rmSync(join(this.#options.runtime.releases, service, String(release)), { recursive: true, force: true });
    this.#reconcile(service);
  }

  #happened(runner: InstanceRunner, says: string): void {
    const { service, release } = runner.label;
    this.events.send({ is: "instance", service, release, instance: runner.id, says });
  }

  async #drained(id: string, untilMs: Ms): Promise<void> {
    const late = new AbortController();
    const deadline = this.#clock.sleep(untilMs - this.#clock.monotonic(), late.signal);
    const drained = async (): Promise<void> => {
      while (this.#clock.monotonic() < untilMs) {
        // Only a snapshot read back without the instance makes the count final.
        const served = await this.#link.put().catch(() => null);
        while (served && this.#clock.monotonic() < untilMs) {
          const inFlight = await this.#link.inFlight().catch(() => null);
          if (inFlight === null) break;
          if ((inFlight[id] ?? 0) === 0) return;
          await this.#clock.sleep(DRAIN_LOOK_MS);
        }
        await this.#clock.sleep(DRAIN_LOOK_MS);
      }
    };
    await Promise.race([drained(), deadline]);
    late.abort();
  }

  async #edgeInFlight(): Promise<Readonly<Record<string, number>> | null> {
    const end = this.#clock.monotonic() + EDGE_PATIENCE_MS;
    for (;;) {
      const inFlight = this.#link.readBack === null ? null : await this.#link.inFlight().catch(() => null);
      if (inFlight !== null) return inFlight;
      if (this.#clock.monotonic() > end || this.#closing.signal.aborted) return null;
      await this.#link.put().catch(() => undefined);
    }
  }

  async #watchMemory(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const limited = [...this.#runners.values()].flatMap((runner) => {
        const { pid } = runner;
        const limit = runner.label.launch.memoryLimit;
        return pid === null || limit === null ? [] : [{ pid, limit, over: (says: string) => runner.overMemory(says) }];
      });
      await watchMemory(limited);
      await this.#clock.sleep(MEMORY_EVERY_MS, signal);
    }
  }

  #inTurn<T>(service: ServiceId, act: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(service) ?? Promise.resolve()).then(act, act);
    this.#turns.set(
      service,
      turn.catch(() => undefined),
    );
    return turn;
  }

  #wish(service: ServiceId): ServiceWish {
    return this.#wishes.get(service) ?? noWish(service);
  }

  #leaving(): ReadonlySet<string> {
    return new Set([...this.#runners.values()].filter(({ isLeaving }) => isLeaving).map(({ id }) => id));
  }

  #fleet(service: ServiceId, inFlight: Readonly<Record<string, number>>): Fleet {
    const readBack = this.#link.readBack;
    return fleetOf(this.#wish(service), { runners: this.#runners, readBack, inFlight, at: this.#clock.now() });
  }

  #snapshot(): EdgeSnapshot {
    return snapshotOf([...this.#wishes.values()], this.#runners);
  }

  #compose(): AgentState {
    const services = [...this.#wishes.values()].map((wish) => {
      const ids = wish.groups.flatMap(({ members }) => members.map(({ id }) => id));
      const instances = ids.flatMap((id) => this.#runners.get(id)?.recorded() ?? []);
      return [wish.service, { wish, instances }] as const;
    });
    return { version: 1, services: Object.fromEntries(services) };
  }

  /** For what can be found out again; orders are saved before they act. */
  #save(): void {
    this.#state.save().catch((error: unknown) => this.#options.log(`state not saved: ${String(error)}`));
  }
}

function leavesFirst(a: InstanceRunner, b: InstanceRunner): number {
  return Number(a.isReady) - Number(b.isReady) || b.sinceMs - a.sinceMs;
}

function unkept(service: ServiceId, why: string): Diagnostic {
  return {
    code: "local-runtime-unusable",
    severity: "error",
    service,
    summary: `the local agent cannot keep its state: ${why}`,
    detail: "Nothing was changed: an order that would be forgotten in a crash is not carried out.",
    hint: "Free some disk space, or make `.fairlead/` writable.",
  };
}

function ending(service: ServiceId): Diagnostic {
  return {
    code: "local-agent-stopping",
    severity: "error",
    service,
    summary: "the local agent is stopping every service",
    hint: "Try again in a moment.",
  };
}
