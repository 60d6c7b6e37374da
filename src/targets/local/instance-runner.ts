import type { Clock, Ms, ServiceId } from "../../model/basics.ts";
import type { Instance } from "../../model/fleet.ts";
import type { Launch } from "./agent-api.ts";
import type { InstanceRecord } from "./agent-state.ts";
import { freePort } from "./free-port.ts";
import { tellingLine } from "./last-words.ts";
import type { LogCollector } from "./log-collector.ts";
import { probe } from "./probe.ts";
import { adoptGroup, endGroup, type RunningGroup, signalGroup, startGroup } from "./process-group.ts";
import type { ProcessRef } from "./process-table.ts";
import { afterProbe, type Health, probeDelayMs, UNASKED } from "./readiness.ts";
import { afterExit, type RestartTuning } from "./restart-policy.ts";

/** What an instance needs of the agent around it. */
export interface InstanceWorld {
  readonly clock: Clock;
  readonly logs: LogCollector;
  readonly tuning: RestartTuning;
  /** Beneath those of every launch. */
  readonly inherited: Readonly<Record<string, string>>;
  /** Called after each change of what is reported or recorded of it. */
  changed(runner: InstanceRunner): void;
  /** One line for people. */
  happened(runner: InstanceRunner, says: string): void;
  /** Resolves once the edge gives it no request and none is in flight, or when `untilMs` (monotonic) has come. */
  drained(id: string, untilMs: Ms): Promise<void>;
}

export interface InstanceLabel {
  readonly service: ServiceId;
  readonly release: number;
  readonly launch: Launch;
}

type Attended = { readonly is: "ended" | "over"; readonly says: string } | { readonly is: "leaving" };

/** After SIGTERM, even when draining took all its time: closing files takes a moment. */
const STOP_MS: Ms = 2_000;
/** An instance over its memory limit grows on while it answers, so it gets less time to. */
const OVER_LIMIT_DRAIN_MS: Ms = 5_000;

/**
 * The life of one instance: start, ask, restart after a pause, drain, stop. One loop lives it, and nothing else starts or
 * ends its process; orders (`leave`, `overMemory`) only interrupt the loop.
 */
export class InstanceRunner {
  readonly id: string;
  readonly #world: InstanceWorld;
  readonly #leave = new AbortController();
  #over = new AbortController();
  #label: InstanceLabel;
  #health: Health = UNASKED;
  #phase: Instance["phase"] = "starting";
  #sinceMs: Ms;
  #startedMs: Ms;
  #readyAt: Ms | null = null;
  #says: string | null = null;
  #process: ProcessRef | null = null;
  #resumed: RunningGroup | null = null;
  #port = 0;
  #restarts = 0;
  #exits: readonly Ms[] = [];
  #crashLoop = false;
  #drainUntilMs: Ms | null = null;

  constructor(id: string, label: InstanceLabel, world: InstanceWorld) {
    this.id = id;
    this.#label = label;
    this.#world = world;
    this.#sinceMs = world.clock.now();
    this.#startedMs = this.#sinceMs;
    this.relabel(label);
  }

  get label(): InstanceLabel {
    return this.#label;
  }

  get isReady(): boolean {
    return this.#phase === "ready";
  }

  get isLeaving(): boolean {
    return this.#drainUntilMs !== null;
  }

  get isGone(): boolean {
    return this.#phase === "gone";
  }

  get sinceMs(): Ms {
    return this.#sinceMs;
  }

  get port(): number {
    return this.#port;
  }

  /** The leader of its process group while it runs. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** It belongs to another release from now on, which starts it should it end. */
  relabel(label: InstanceLabel): void {
    this.#label = label;
    const { service, release, launch } = label;
    this.#world.logs.track({ service, release, instance: this.id, logging: launch.logging });
  }

  /** Begins its life, or goes on with the one that was resumed. Resolves when it is over. */
  async run(): Promise<void> {
    let group = this.#resumed;
    while (!this.#leave.signal.aborted) {
      group ??= await this.#start();
      const attended: Attended = group ? await this.#attend(group) : { is: "ended", says: this.#says ?? "" };
      if (attended.is === "leaving") break;
      const healthyForMs = this.#readyAt === null ? 0 : this.#world.clock.monotonic() - this.#readyAt;
      if (attended.is === "over" && group) await this.#endOver(group, attended.says);
      // Its leader has ended; children that it forgot end with it.
      else if (group) signalGroup(group.ref.pid, "SIGKILL");
      group = null;
      await this.#pause(attended, healthyForMs);
    }
    if (group) await this.#stop(group);
    this.#process = null;
    await this.#world.logs.untrack(this.id);
    this.#enter("gone", null);
  }

  /** Takes it out of the traffic, lets it finish what it has for at most `drainMs`, and ends it. */
  leave(drainMs: Ms): void {
    if (this.isLeaving) return;
    this.#drainUntilMs = this.#world.clock.now() + drainMs;
    this.#enter("draining", null);
    this.#leave.abort();
  }

  /** Its memory is over the limit: it is started again. */
  overMemory(says: string): void {
    if (!this.#over.signal.aborted) this.#over.abort(says);
  }

  reported(): Instance {
    return {
      id: this.id,
      phase: this.#phase,
      sinceMs: this.#sinceMs,
      ...(this.#says === null ? {} : { says: this.#says }),
      ...(this.#crashLoop ? { crashLoop: true } : {}),
      restarts: this.#restarts,
      ...(this.#process === null ? {} : { pid: this.#process.pid, port: this.#port }),
    };
  }

  recorded(): InstanceRecord {
    return {
      id: this.id,
      process: this.#process,
      port: this.#port,
      phase: this.#phase === "gone" ? "draining" : this.#phase,
      sinceMs: this.#sinceMs,
      startedMs: this.#startedMs,
      restarts: this.#restarts,
      exits: this.#exits,
      drainUntilMs: this.#drainUntilMs,
    };
  }

  /** Takes over what an earlier agent kept, as it was: the edge goes on serving it, and the first answer will tell. */
  async resume(record: InstanceRecord): Promise<void> {
    const { clock } = this.#world;
    this.#restarts = record.restarts;
    this.#exits = record.exits;
    const group = record.process && (await adoptGroup(record.process, clock));
    if (record.drainUntilMs !== null) this.leave(Math.max(0, record.drainUntilMs - clock.now()));
    if (!group) return;
    this.#resumed = group;
    this.#process = record.process;
    this.#port = record.port;
    this.#startedMs = record.startedMs;
    if (this.isLeaving || record.phase === "draining") return;
    this.#health = { ...UNASKED, phase: record.phase };
    this.#readyAt = record.phase === "ready" ? clock.monotonic() : null;
    this.#phase = record.phase;
    this.#sinceMs = record.sinceMs;
  }

  async #start(): Promise<RunningGroup | null> {
    const { clock, inherited } = this.#world;
    const { launch } = this.#label;
    this.#health = UNASKED;
    this.#readyAt = null;
    this.#over = new AbortController();
    this.#startedMs = clock.now();
    const port = await freePort();
    const variables = { ...inherited, ...launch.variables, PORT: String(port), FAIRLEAD_INSTANCE: this.id };
    const group = await this.#spawn(variables);
    if (typeof group === "string") {
      this.#says = group;
      return null;
    }
    this.#process = group.ref;
    this.#port = port;
    if (!this.isLeaving) this.#enter("starting", null);
    return group;
  }

  async #spawn(variables: Readonly<Record<string, string>>): Promise<RunningGroup | string> {
    const { cwd, command } = this.#label.launch;
    try {
      const files = this.#world.logs.openFor(this.id);
      try {
        return await startGroup({ command, cwd, variables, ...files });
      } finally {
        files.close();
      }
    } catch (error) {
      // A folder that cannot be written, or a variable that no process can have.
      return `cannot start ${command[0]}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** Asks again and again how it is, until it ends or is to be ended. */
  async #attend(group: RunningGroup): Promise<Attended> {
    const { clock } = this.#world;
    const ended = new AbortController();
    void group.ended.then((how) => ended.abort(how));
    const interrupted = AbortSignal.any([ended.signal, this.#leave.signal, this.#over.signal]);
    const interruption = new Promise<null>((resolve) =>
      interrupted.addEventListener("abort", () => resolve(null), { once: true }),
    );
    const startedAt = clock.monotonic() - Math.max(0, clock.now() - this.#startedMs);
    while (!interrupted.aborted) {
      const { readiness } = this.#label.launch;
      const answer = await Promise.race([probe(readiness, this.#port).then((says) => ({ says })), interruption]);
      if (answer === null) break;
      const sinceStartMs = clock.monotonic() - startedAt;
      this.#take(afterProbe(this.#health, answer.says === null, sinceStartMs, readiness), answer.says);
      await clock.sleep(probeDelayMs(this.#health, readiness, sinceStartMs), interrupted);
    }
    if (this.#leave.signal.aborted) return { is: "leaving" };
    if (ended.signal.aborted) return { is: "ended", says: String(ended.signal.reason) };
    return { is: "over", says: String(this.#over.signal.reason) };
  }

  #take(health: Health, says: string | null): void {
    const { clock } = this.#world;
    const before = this.#health.phase;
    this.#health = health;
    const reason = health.phase === "ready" ? null : (says ?? this.#says);
    if (health.phase === before) {
      this.#says = reason;
      return;
    }
    if (health.phase === "ready") this.#crashLoop = false;
    this.#readyAt = health.phase === "ready" ? clock.monotonic() : null;
    this.#enter(health.phase, reason);
    this.#world.happened(this, health.phase === "ready" ? `ready (pid ${this.pid})` : `not ready: ${reason}`);
  }

  async #endOver(group: RunningGroup, says: string): Promise<void> {
    const { clock } = this.#world;
    this.#enter("failing", says);
    const patienceMs = Math.min(this.#label.launch.drainMs, OVER_LIMIT_DRAIN_MS);
    await this.#world.drained(this.id, clock.monotonic() + patienceMs);
    await endGroup(group, STOP_MS, clock);
  }

  /** Says what happened and waits before the next start; longer each time. */
  async #pause(
    { is, says }: { readonly is: "ended" | "over"; readonly says: string },
    healthyForMs: Ms,
  ): Promise<void> {
    const { clock, logs, tuning } = this.#world;
    this.#process = null;
    const words = is === "ended" ? tellingLine(await logs.lastErrors(this.id)) : null;
    const why = words === null ? says : `${says}: ${words}`;
    const decision = afterExit(this.#exits, { at: clock.now(), healthyForMs }, tuning);
    this.#exits = decision.exits;
    this.#crashLoop = decision.crashLoop;
    this.#restarts += 1;
    if (this.#leave.signal.aborted) return;
    const loops = `ended ${decision.exits.length} times in ${Math.ceil(decision.spanMs / 1_000)} s, last: ${why}`;
    this.#enter("failing", decision.crashLoop ? loops : why);
    const again = `${decision.crashLoop ? loops : why}; starting it again in ${decision.delayMs} ms`;
    await logs.note(this.id, "error", again);
    this.#world.happened(this, again);
    await clock.sleep(decision.delayMs, this.#leave.signal);
  }

  async #stop(group: RunningGroup): Promise<void> {
    const { clock } = this.#world;
    const leftMs = Math.max(0, (this.#drainUntilMs ?? 0) - clock.now());
    const deadline = clock.monotonic() + leftMs;
    await this.#world.drained(this.id, deadline);
    const graceMs = Math.max(STOP_MS, deadline - clock.monotonic());
    const { killed } = await endGroup(group, graceMs, clock);
    if (!killed) return this.#world.happened(this, "stopped");
    const says = `did not stop within ${Math.round(graceMs)} ms of SIGTERM, so it was killed`;
    await this.#world.logs.note(this.id, "warn", says);
    this.#world.happened(this, says);
  }

  #enter(phase: Instance["phase"], says: string | null): void {
    this.#phase = phase;
    this.#says = says;
    this.#sinceMs = this.#world.clock.now();
    this.#world.changed(this);
  }
}
