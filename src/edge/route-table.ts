import { Pool } from "undici";
import type { EdgePolicy, EdgeService } from "../model/edge.ts";
import type { Weights } from "../model/fleet.ts";
import { leastBusy, ReleaseWheel } from "./balancer.ts";
import type { Outcome, TallyWriter } from "./tally.ts";

/** One instance as the serving child sees it. */
export interface Backend {
  readonly id: string;
  readonly port: number;
  readonly release: number;
  readonly slot: number;
  readonly pool: Pool;
  inFlight: number;
}

/** Where a request may go now. */
export type Admission =
  | { readonly is: "backend"; readonly backend: Backend }
  | { readonly is: "maintenance" }
  | { readonly is: "none" };

/** The slot that counts requests which a release could not take, and those of its instances: handed out by the holder. */
export type SlotOf = (service: string, release: number, instance: string | null) => number;

/**
 * One service's live routing: policy, weights and backends, replaced whole by each snapshot. A request asks it for a
 * backend and gives the backend back when it has ended; a backend that a snapshot dropped gets none and closes its
 * connections once those under way have ended.
 */
export class RouteTable {
  #policy: EdgePolicy;
  #weights: Weights = {};
  #backends: ReadonlyMap<string, Backend> = new Map();
  #byRelease = new Map<number, Backend[]>();
  #refusals = new Map<number, number>();
  #turn = 0;
  readonly #wheel = new ReleaseWheel();
  readonly #tally: TallyWriter;

  constructor(service: EdgeService, slotOf: SlotOf, tally: TallyWriter) {
    this.#policy = service.policy;
    this.#tally = tally;
    this.turnTo(service, slotOf);
  }

  get policy(): EdgePolicy {
    return this.#policy;
  }

  get weights(): Weights {
    return this.#weights;
  }

  turnTo(service: EdgeService, slotOf: SlotOf): void {
    const id = service.policy.service;
    const next = new Map<string, Backend>();
    this.#byRelease = new Map();
    this.#refusals = new Map();
    for (const [key, backends] of Object.entries(service.backends)) {
      const release = Number(key);
      const list = backends.map((wanted) => {
        const slot = slotOf(id, release, wanted.id);
        const known = this.#backends.get(wanted.id);
        if (known && known.port === wanted.port && known.slot === slot) return known;
        return { id: wanted.id, port: wanted.port, release, slot, inFlight: 0, pool: poolTo(wanted.port) };
      });
      for (const backend of list) next.set(backend.id, backend);
      this.#byRelease.set(release, list);
    }
    for (const release of Object.keys(service.weights))
      this.#refusals.set(Number(release), slotOf(id, Number(release), null));
    for (const old of this.#backends.values()) if (next.get(old.id) !== old) closeQuietly(old.pool);
    this.#policy = service.policy;
    this.#weights = service.weights;
    this.#backends = next;
    this.#wheel.turnTo(service.weights);
  }

  /** Chooses a backend that was not tried yet for this request. A release without a ready one gives its share to the others. */
  admit(tried: ReadonlySet<Backend>): Admission {
    if (this.#policy.maintenance) return { is: "maintenance" };
    const open = (release: number): Backend[] =>
      (this.#byRelease.get(release) ?? []).filter((backend) => !tried.has(backend));
    const release = this.#wheel.next((candidate) => open(candidate).length > 0);
    const backend = release === null ? null : leastBusy(open(release), this.#turn++);
    if (backend) return { is: "backend", backend };
    if (tried.size === 0) this.#countRefusal();
    return { is: "none" };
  }

  begin(backend: Backend): void {
    backend.inFlight++;
    this.#tally.begin(backend.slot);
  }

  end(backend: Backend, outcome: Outcome): void {
    backend.inFlight--;
    this.#tally.end(backend.slot, outcome);
  }

  close(): void {
    for (const backend of this.#backends.values()) closeQuietly(backend.pool);
    this.#backends = new Map();
    this.#byRelease = new Map();
  }

  /** Counted for the release with the greatest share; with no share at all there is no release to blame. */
  #countRefusal(): void {
    const [heaviest] = Object.entries(this.#weights).sort(([, a], [, b]) => b - a);
    const slot = heaviest && this.#refusals.get(Number(heaviest[0]));
    if (slot !== undefined) this.#tally.refuse(slot);
  }
}

function poolTo(port: number): Pool {
  return new Pool(`http://127.0.0.1:${port}`, {
    // One request at a time on a connection: a lost connection then costs one request, not a queue of them.
    pipelining: 1,
    connect: { timeout: 5_000 },
    // An event stream may be silent for as long as it likes.
    bodyTimeout: 0,
  });
}

/** Ends idle connections now and busy ones when their request has ended. */
function closeQuietly(pool: Pool): void {
  pool.close().catch(() => undefined);
}
