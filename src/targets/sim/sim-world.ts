import type { Clock, Ms, ServiceId } from "../../model/basics.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { RouteAction } from "../../model/edge.ts";
import type { Fleet } from "../../model/fleet.ts";
import type { RolloutAction } from "../../model/rollout.ts";
import type { Release } from "../../model/state.ts";
import type { Fence, Receipt } from "../../model/target.ts";
import { brokenBy, knewTheWorld } from "./invariants.ts";
import {
  drainInstance,
  exitInstance,
  type Fate,
  HEALTHY,
  lieInstance,
  type SimInstance,
  startInstance,
  turnInstance,
} from "./sim-instance.ts";
import { ensureGroup, fleetOf, groupOf, newService, type SimService } from "./sim-service.ts";
import type { Timed } from "./virtual-clock.ts";

/** One action that had an effect: what the simulation's checks read. */
export interface Effect {
  readonly at: Ms;
  readonly service: ServiceId;
  readonly do: RolloutAction["do"];
  readonly release: number | null;
  readonly fence: Fence;
}

/** Everything that a world is, as JSON: to be written to a file and carried on by another process. */
export interface SimSnapshot {
  readonly services: readonly SimService[];
  readonly foreign: readonly string[];
  readonly started: number;
  readonly effects: readonly Effect[];
  readonly violations: readonly string[];
  readonly numbers: readonly (readonly [string, string])[];
}

export interface SimOptions {
  readonly clock: Clock;
  readonly weightStep?: number;
  /** False for a target on which a service keeps the id it was started with. */
  readonly canRename?: boolean;
  /** What becomes of the `nth` instance ever started of a release; healthy unless told. */
  readonly fateOf?: (release: Release, nth: number) => Fate;
  /** Every service that has traffic is asked this often, each time for `takesMs`. */
  readonly load?: { readonly everyMs: Ms; readonly takesMs: Ms };
  readonly from?: SimSnapshot;
  /** Called after whatever changed anything: where a world on disk is written. */
  readonly onChange?: () => void;
  /** False takes the epoch fence away, for the tests that must then fail. */
  readonly fence?: boolean;
}

/**
 * The target and edge that exist only in memory: instances that take time, fail and restart, an edge that spreads
 * requests, fences and keys. It watches the invariants of design §7 over every action and keeps what broke them in
 * `violations`. It injects no fault by itself (`sim-faults.ts`), and it measures nothing real.
 */
export class SimWorld implements Timed {
  readonly violations: string[] = [];
  readonly effects: Effect[] = [];
  readonly counters = { served: 0, lost: 0, refused: 0 };
  /** The last fleet that anybody was shown: what an action could have known. */
  readonly shown = new Map<ServiceId, Fleet>();
  /** Called before an action has its effect: where a test checks that its intent is durable. */
  beforeEffect: (action: RolloutAction, fence: Fence) => void = () => {};
  /** Releases that whoever acts knows of, besides those that run: one that is coming may want fewer instances. */
  alsoKnown: (service: ServiceId) => readonly Release[] = () => [];
  /** Whether whoever acts on a service settles for what is ready of it. */
  settles: (service: ServiceId) => boolean = () => false;
  readonly #options: SimOptions;
  readonly #services = new Map<ServiceId, SimService>();
  readonly #foreign: string[] = [];
  readonly #listeners = new Set<(service: ServiceId) => void>();
  /** Release number → what it was when first seen: numbers are never reused. */
  readonly #numbers = new Map<string, string>();
  #started = 0;
  #asked = 0;
  #loadAt: Ms | null;
  #agentBackAt: Ms = 0;

  constructor(options: SimOptions) {
    this.#options = options;
    this.#loadAt = options.load ? options.clock.now() : null;
    if (options.from) this.#restore(options.from);
  }

  /** Whether the pretended agent answers. */
  get reachable(): boolean {
    return this.#now() >= this.#agentBackAt;
  }

  get foreign(): readonly string[] {
    return this.#foreign;
  }

  get weightStep(): number {
    return this.#options.weightStep ?? 1;
  }

  get canRename(): boolean {
    return this.#options.canRename ?? true;
  }

  services(): readonly ServiceId[] {
    return [...this.#services.keys()].sort();
  }

  /** What runs now, told without being counted as shown to anybody. */
  fleet(id: ServiceId): Fleet {
    this.tick();
    return fleetOf(this.#services.get(id) ?? newService(id), this.#now());
  }

  requests(id: ServiceId): SimService["requests"] {
    this.tick();
    return this.#services.get(id)?.requests ?? [];
  }

  /** Does an action under its fence, as target and edge do: fenced, a replay, refused, or done. */
  perform(action: RolloutAction, fence: Fence): Receipt {
    this.tick();
    const ids = action.do === "rename" ? [action.to, action.service] : [serviceOf(action)];
    const services = ids.map((id) => this.#service(id));
    const seen = Math.max(...services.map((service) => service.epochSeen));
    if (fence.epoch < seen && this.#options.fence !== false) return { is: "fenced", seen };
    const service = services[0] ?? this.#service(serviceOf(action));
    if (fence.epoch === seen && service.keys.includes(fence.key)) return { is: "done" };
    const refused = this.#refusal(action, service);
    if (refused) return { is: "refused", diagnostic: refused };
    this.beforeEffect(action, fence);
    this.#effect(action, fence, service);
    if (fence.epoch > service.epochSeen) service.keys = [];
    service.epochSeen = Math.max(seen, fence.epoch);
    service.keys.push(fence.key);
    this.#changed(service.id);
    return { is: "done" };
  }

  /** Ends an instance as `kill -9` would. */
  kill(instance: string): void {
    this.#each(instance, (one, service) => {
      this.#drop(one);
      if (one.phase === "draining") one.turnAt = this.#now();
      else exitInstance(one, "exited with SIGKILL", this.#now());
      this.#changed(service.id);
    });
  }

  /** Makes an instance's health endpoint say `ready`, whatever is true. */
  lie(instance: string, ready: boolean): void {
    this.#each(instance, (one, service) => {
      lieInstance(one, ready, this.#now());
      this.#changed(service.id);
    });
  }

  /** Nobody can see or act for `forMs`; what runs goes on. */
  crashAgent(forMs: Ms): void {
    this.tick();
    this.#agentBackAt = this.#now() + forMs;
    for (const id of this.services()) this.#changed(id);
  }

  /** Something on the target that is none of ours. */
  addForeign(name: string): void {
    this.#foreign.push(name);
    this.#options.onChange?.();
  }

  /** Stops a service's instances behind everybody's back, and forgets them: drift. */
  lose(id: ServiceId): void {
    this.tick();
    const service = this.#service(id);
    for (const one of service.groups.flatMap((group) => group.instances)) this.#drop(one);
    service.groups = [];
    service.weights = {};
    this.#changed(id);
  }

  /** One request through the edge; false when nobody answers it. */
  request(id: ServiceId, takesMs: Ms): { readonly answered: boolean; readonly endsAt: Ms } {
    this.tick();
    const endsAt = this.#now() + takesMs;
    const service = this.#services.get(id);
    const release = service && this.#pick(service);
    if (!service || release === undefined) return { answered: false, endsAt };
    const ready = groupOf(service, release)?.instances.filter((one) => one.phase === "ready") ?? [];
    const instance = ready[this.#asked % Math.max(1, ready.length)];
    if (instance) {
      instance.inFlight = [...instance.inFlight.filter((end) => end > this.#now()), endsAt];
      this.counters.served += 1;
    } else this.counters.lost += 1;
    service.requests.push({ at: this.#now(), release, outcome: instance ? "served" : "failed" });
    if (service.requests.length > 10_000) service.requests.splice(0, 5_000);
    return { answered: instance !== undefined, endsAt };
  }

  /** Calls `listener` with the service's id after each change of its fleet; returns how to stop that. */
  onChange(listener: (service: ServiceId) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  nextAt(): Ms | null {
    let next = this.#loadAt;
    for (const service of this.#services.values())
      for (const group of service.groups)
        for (const { turnAt } of group.instances)
          if (turnAt !== null && (next === null || turnAt < next)) next = turnAt;
    return next;
  }

  /** Lets everything happen that was due by now, in order. */
  tick(): void {
    const now = this.#now();
    for (let next = this.nextAt(); next !== null && next <= now; next = this.nextAt()) this.#happen(next);
  }

  snapshot(): SimSnapshot {
    return {
      services: [...this.#services.values()],
      foreign: this.#foreign,
      started: this.#started,
      effects: this.effects,
      violations: this.violations,
      numbers: [...this.#numbers],
    };
  }

  #restore(from: SimSnapshot): void {
    for (const service of structuredClone(from.services)) this.#services.set(service.id, service as SimService);
    this.#foreign.push(...from.foreign);
    this.#started = from.started;
    this.effects.push(...from.effects);
    this.violations.push(...from.violations);
    for (const [number, what] of from.numbers) this.#numbers.set(number, what);
  }

  #now(): Ms {
    return this.#options.clock.now();
  }

  #service(id: ServiceId): SimService {
    let service = this.#services.get(id);
    if (!service) {
      service = newService(id);
      this.#services.set(id, service);
    }
    return service;
  }

  #refusal(action: RolloutAction, service: SimService): Diagnostic | null {
    if (action.do !== "route") return null;
    const shares = Object.entries(action.weights).filter(([, weight]) => weight !== 0);
    const step = this.weightStep;
    const sum = shares.reduce((total, [, weight]) => total + weight, 0);
    const refuse = (summary: string): Diagnostic => ({
      code: "route-refused",
      severity: "error",
      summary,
      service: service.id,
    });
    if (shares.length > 0 && sum !== 100) return refuse(`the weights of ${service.id} sum to ${sum}, not to 100`);
    const odd = shares.find(([, weight]) => weight < 0 || weight % step !== 0);
    if (odd) return refuse(`release ${odd[0]} of ${service.id} cannot have ${odd[1]} %: this edge moves by ${step} %`);
    const absent = shares.find(([release]) => groupOf(service, Number(release)) === null);
    if (absent) return refuse(`release ${absent[0]} of ${service.id} is not on this target`);
    return null;
  }

  #effect(action: RolloutAction, fence: Fence, service: SimService): void {
    const now = this.#now();
    const before = fleetOf(service, now);
    const known = [...this.alsoKnown(service.id), ...service.groups.map((group) => group.release)];
    const releases = new Map(known.map((release) => [release.number, release]));
    if (action.do === "ensure") {
      this.#rememberNumber(action.release);
      releases.set(action.release.number, action.release);
      ensureGroup(service, action, now, () => this.#start(action.release));
    } else if (action.do === "route") this.#route(action, service);
    else if (action.do === "retire") {
      const group = groupOf(service, action.release);
      if (group) group.wanted = 0;
      for (const one of group?.instances ?? []) drainInstance(one, action.drainMs, now);
    } else this.#rename(action.service, service);
    this.#forgetEnded(service);
    const highest = Math.max(
      0,
      ...this.effects.filter((one) => one.service === service.id).map((one) => one.fence.epoch),
    );
    if (fence.epoch < highest)
      this.violations.push(
        `9: ${fence.key} of epoch ${fence.epoch} had an effect on ${service.id} after epoch ${highest}`,
      );
    const release = action.do === "ensure" ? action.release.number : action.do === "retire" ? action.release : null;
    this.effects.push({ at: now, service: service.id, do: action.do, release, fence });
    if (action.do === "rename") return;
    const shown = this.shown.get(service.id) ?? null;
    const after = fleetOf(service, now);
    const settles = this.settles(service.id);
    this.violations.push(...brokenBy({ action, before, after, shown, releases, settles, now }));
    // Whoever acts knows what the act does, and may do the next one upon it.
    if (knewTheWorld({ before, shown })) this.shown.set(service.id, after);
  }

  #rename(from: ServiceId, into: SimService): void {
    const old = this.#service(from);
    if (old.groups.length === 0) return;
    into.groups = old.groups;
    into.weights = old.weights;
    into.policy = old.policy;
    this.#services.set(from, { ...newService(from), epochSeen: old.epochSeen, keys: old.keys });
    for (const [number, what] of [...this.#numbers])
      if (number.startsWith(`${from}/`)) this.#numbers.set(`${into.id}/${number.slice(from.length + 1)}`, what);
    this.#changed(from);
  }

  #route(action: RouteAction, service: SimService): void {
    service.weights = Object.fromEntries(Object.entries(action.weights).filter(([, weight]) => weight > 0));
    service.policy = action.policy;
  }

  #start(release: Release): SimInstance {
    this.#started += 1;
    const identity = { id: `${release.service}-${this.#started}`, pid: 1_000 + this.#started };
    return startInstance(identity, this.#options.fateOf?.(release, this.#started) ?? HEALTHY, this.#now());
  }

  #rememberNumber(release: Release): void {
    const number = `${release.service}/${release.number}`;
    const what = `${release.specDigest} ${release.artifactDigest} ${release.createdAt}`;
    const known = this.#numbers.get(number);
    if (known !== undefined && known !== what)
      this.violations.push(`9: release number ${number} was used again for another release`);
    this.#numbers.set(number, what);
  }

  #happen(at: Ms): void {
    if (this.#loadAt !== null && this.#loadAt <= at && this.#options.load) {
      this.#loadAt += this.#options.load.everyMs;
      const { takesMs } = this.#options.load;
      for (const id of this.#services.keys()) this.request(id, takesMs);
    }
    for (const service of this.#services.values()) {
      let turned = false;
      for (const one of service.groups.flatMap((group) => group.instances)) {
        if (one.turnAt === null || one.turnAt > at) continue;
        turned = true;
        if (one.phase === "draining") this.#end(one, at);
        else turnInstance(one, at);
        if (one.says?.startsWith("exited")) this.#drop(one);
      }
      if (!turned) continue;
      this.#forgetEnded(service);
      this.#changed(service.id);
    }
  }

  #end(instance: SimInstance, at: Ms): void {
    const open = instance.inFlight.filter((end) => end > at).length;
    if (open > 0 && at < (instance.drainUntil ?? at))
      this.violations.push(`4: ${instance.id} stopped with ${open} requests in flight before its drain deadline`);
    this.#drop(instance);
    instance.phase = "gone";
    instance.turnAt = null;
  }

  /** Whatever it was answering will not be answered. */
  #drop(instance: SimInstance): void {
    const open = instance.inFlight.filter((end) => end > this.#now()).length;
    this.counters.lost += open;
    this.counters.served -= open;
    instance.inFlight = [];
  }

  #forgetEnded(service: SimService): void {
    for (const group of service.groups) group.instances = group.instances.filter((one) => one.phase !== "gone");
    service.groups = service.groups.filter((group) => group.wanted > 0 || group.instances.length > 0);
  }

  /** The release that gets the next request, by weight; undefined where nothing may be served. */
  #pick(service: SimService): number | undefined {
    const shares = Object.entries(service.weights);
    this.#asked += 1;
    if (shares.length === 0) this.counters.refused += 1;
    let ticket = (this.#asked * 61) % 100;
    for (const [release, weight] of shares) {
      if (ticket < weight) return Number(release);
      ticket -= weight;
    }
    return undefined;
  }

  #each(instance: string, change: (one: SimInstance, service: SimService) => void): void {
    this.tick();
    for (const service of this.#services.values())
      for (const one of service.groups.flatMap((group) => group.instances))
        if (one.id === instance) change(one, service);
  }

  #changed(id: ServiceId): void {
    this.#options.onChange?.();
    for (const listener of [...this.#listeners]) listener(id);
  }
}

function serviceOf(action: RolloutAction): ServiceId {
  return action.do === "ensure" ? action.release.service : action.service;
}
