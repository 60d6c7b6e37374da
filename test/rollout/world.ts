import { digestOf } from "../../src/model/digest.ts";
import type { Fleet, Instance, InstancePhase } from "../../src/model/fleet.ts";
import type { RolloutAction } from "../../src/model/rollout.ts";
import type { Release } from "../../src/model/state.ts";

/** What instances of a release do when nobody disturbs them. */
export type Quality = "good" | "never-ready" | "crash-loops" | "slow";

export type Random = () => number;

/** Mulberry32: small, seeded, good enough to be adversarial with. */
export function randomFrom(seed: number): Random {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Body {
  id: string;
  phase: InstancePhase;
  sinceMs: number;
  /** When it leaves its phase by itself. */
  dueMs: number;
  restarts: number;
}

interface Group {
  release: number;
  spec: string;
  wanted: number;
  bodies: Body[];
}

/**
 * One service on a target and an edge that are hostile while `faulty`: instances take their time, die, flap and lie low;
 * actions take effect late. Everything follows from the seed.
 */
export class World {
  now = 0;
  faulty = true;
  weights: Record<number, number> = {};
  policy: string | null = null;
  readonly groups = new Map<number, Group>();
  private readonly late: { at: number; action: RolloutAction }[] = [];
  private readonly seen = new Set<string>();
  private born = 0;
  private readonly random: Random;
  private readonly quality: (release: number) => Quality;
  private readonly lagMs: number;

  constructor(random: Random, quality: (release: number) => Quality, lagMs: number) {
    this.random = random;
    this.quality = quality;
    this.lagMs = lagMs;
  }

  /** Puts a running group there, as history left it. */
  place(release: Release, phases: readonly InstancePhase[], wanted = phases.length): void {
    const bodies = phases.map((phase) => this.body(release.number, phase));
    this.groups.set(release.number, { release: release.number, spec: release.specDigest, wanted, bodies });
  }

  fleet(): Fleet {
    const groups = [...this.groups.values()]
      .filter((group) => group.wanted > 0 || group.bodies.length > 0)
      .sort((a, b) => a.release - b.release)
      .map((group) => ({
        release: group.release,
        spec: group.spec,
        wanted: group.wanted,
        instances: group.bodies.map(
          (body): Instance => ({
            id: body.id,
            phase: body.phase,
            sinceMs: body.sinceMs,
            restarts: body.restarts,
            ...(body.restarts >= 5 && body.phase === "failing" ? { crashLoop: true, says: "exited with code 1" } : {}),
          }),
        ),
      }));
    const { weights, policy, now } = this;
    return { service: "web", epochSeen: 1, at: now, groups, weights: { ...weights }, policy, inFlight: {} };
  }

  /** Takes an action as a target and an edge do: once for each key, and perhaps later. */
  act(action: RolloutAction, key: string): void {
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const at = this.now + Math.floor(this.random() * this.lagMs);
    if (this.lagMs === 0 || action.do === "route") this.take(action);
    else this.late.push({ at: Math.max(at, this.late.at(-1)?.at ?? 0), action });
  }

  advance(ms: number): void {
    const end = this.now + ms;
    while (this.now < end) {
      this.now = Math.min(end, this.now + 250);
      for (let first = this.late[0]; first && first.at <= this.now; first = this.late[0]) {
        this.late.shift();
        this.take(first.action);
      }
      for (const group of this.groups.values()) {
        for (const body of group.bodies) this.live(group, body);
        group.bodies = group.bodies.filter((body) => body.phase !== "gone");
      }
    }
  }

  private take(action: RolloutAction): void {
    if (action.do === "route") {
      this.weights = { ...action.weights };
      this.policy = digestOf(action.policy);
    } else if (action.do === "ensure") {
      const { number, specDigest } = action.release;
      const group = this.groups.get(number) ?? { release: number, spec: specDigest, wanted: 0, bodies: [] };
      this.groups.set(number, group);
      const donor = action.adopt === undefined ? undefined : this.groups.get(action.adopt);
      if (donor && action.adopt !== undefined) {
        group.bodies.push(...donor.bodies);
        // How health is asked for is the release's: what was never going to be ready may be so under another.
        for (const body of donor.bodies) body.dueMs = this.now + this.takesMs(this.quality(number), body.phase);
        this.groups.delete(action.adopt);
        const { [action.adopt]: moved = 0, ...rest } = this.weights;
        this.weights = moved > 0 ? { ...rest, [number]: (rest[number] ?? 0) + moved } : rest;
      }
      this.resize(group, action.wanted);
    } else if (action.do === "retire") {
      const group = this.groups.get(action.release);
      if (group) this.resize(group, 0);
    }
  }

  private resize(group: Group, wanted: number): void {
    group.wanted = wanted;
    const staying = group.bodies.filter((body) => body.phase !== "draining");
    for (let missing = wanted - staying.length; missing > 0; missing--)
      group.bodies.push(this.body(group.release, "starting"));
    const byReadiness = staying.sort((a, b) => Number(a.phase === "ready") - Number(b.phase === "ready"));
    for (const body of byReadiness.slice(0, Math.max(0, staying.length - wanted)))
      this.become(group.release, body, "draining");
  }

  private body(release: number, phase: InstancePhase): Body {
    const body: Body = { id: `r${release}-${++this.born}`, phase, sinceMs: this.now, dueMs: 0, restarts: 0 };
    this.become(release, body, phase);
    return body;
  }

  private become(release: number, body: Body, phase: InstancePhase): void {
    body.phase = phase;
    body.sinceMs = this.now;
    body.dueMs = this.now + this.takesMs(this.quality(release), phase);
  }

  private takesMs(quality: Quality, phase: InstancePhase): number {
    if (phase === "starting") {
      if (quality === "never-ready") return Number.POSITIVE_INFINITY;
      if (quality === "slow") return 5_000 + this.random() * 15_000;
      return 200 + this.random() * 3_000;
    }
    if (phase === "failing") return 500 + this.random() * 2_000;
    if (phase === "draining") return this.random() * 5_000;
    return Number.POSITIVE_INFINITY;
  }

  private live(group: Group, body: Body): void {
    const quality = this.quality(group.release);
    const falls = body.phase === "ready" ? 0.01 : body.phase === "starting" ? 0.02 : 0;
    if (this.faulty && this.random() < falls) {
      this.become(group.release, body, "failing");
      return;
    }
    if (this.now < body.dueMs) return;
    if (body.phase === "draining") body.phase = "gone";
    else if (body.phase === "failing") {
      body.restarts += quality === "crash-loops" ? 1 : 0;
      this.become(group.release, body, "starting");
    } else if (body.phase === "starting") {
      this.become(group.release, body, quality === "crash-loops" ? "failing" : "ready");
      if (quality === "crash-loops") body.restarts += 1;
    }
  }
}
