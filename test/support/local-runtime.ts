import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { realClock } from "../../src/agent/real-clock.ts";
import { EdgeClient } from "../../src/edge/edge-client.ts";
import { enforcedPolicy } from "../../src/edge/policy.ts";
import type { Edge } from "../../src/model/edge.ts";
import type { Spec } from "../../src/model/service.ts";
import type { Release } from "../../src/model/state.ts";
import type { Fence, ReleaseFiles, SecretReader, Target, TargetAction } from "../../src/model/target.ts";
import type { AgentClient } from "../../src/targets/local/agent-client.ts";
import { readHolder } from "../../src/targets/local/agent-lock.ts";
import { type AgentOptions, ensureAgent, stopAgent } from "../../src/targets/local/agent-process.ts";
import { localTarget } from "../../src/targets/local/local-target.ts";
import { isAlive } from "../../src/targets/local/process-table.ts";
import { prepareRuntime, type RuntimeFolder, runtimeFolder } from "../../src/targets/local/runtime-folder.ts";
import { type Partly, policy, release } from "./builders.ts";
import { until } from "./until.ts";

/**
 * A local target with its real processes in a folder of its own: agent, edge and a small service. One `LocalMachine` a test
 * file keeps the compile cache warm; each test takes an environment of its own on it.
 */
export class LocalMachine {
  readonly root = mkdtempSync(join(tmpdir(), "fl-"));
  #environments = 0;

  options(over: Partial<AgentOptions> = {}): AgentOptions {
    return {
      root: this.root,
      environment: `e${++this.#environments}`,
      env: { PATH: process.env["PATH"], HOME: this.root },
      clock: realClock,
      agentEntry: join(import.meta.dirname, "../../src/agent/agent-main.ts"),
      build: "test",
      node: process.execPath,
      uid: process.getuid?.() ?? null,
      socketHome: this.root,
      allowEphemeral: false,
      ...over,
    };
  }

  async start(over: Partial<AgentOptions> = {}): Promise<LocalEnvironment> {
    const options = this.options(over);
    const { value, diagnostics } = await ensureAgent(options);
    if (!value) throw new Error(`no agent: ${JSON.stringify(diagnostics)}`);
    return new LocalEnvironment(options, value);
  }

  /** Removes the folder. A process that is left there is an error of whatever should have ended it. */
  async remove(): Promise<void> {
    try {
      await until(() => this.#left().length === 0, { deadlineMs: 5_000, what: "no process to be left" });
    } catch {
      throw new Error(`processes are left: ${this.#left().join("; ")}`);
    } finally {
      this.#removeFolder();
    }
  }

  /** Command lines that name the folder, as Linux tells them; elsewhere none are found. */
  #left(): readonly string[] {
    return (existsSync("/proc") ? readdirSync("/proc") : []).flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return /^\d+$/.test(pid) && command.includes(this.root) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
  }

  #removeFolder(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

const fixture = join(import.meta.dirname, "../targets/fixtures/service/server.mjs");

/** The fixture service runs where it stands: these tests are about processes, not about files. */
export const fixtureFiles: ReleaseFiles = {
  materialise: async (of) => ({ is: "ready", cwd: dirname(fixture), command: of.spec.command ?? ["node", fixture] }),
};

const noSecrets: SecretReader = { read: async () => null };

export class LocalEnvironment {
  readonly options: AgentOptions;
  readonly runtime: RuntimeFolder;
  agent: AgentClient;
  readonly target: Target;
  readonly edge: Edge;
  readonly #ports = new Map<string, number>();
  #ordinal = 0;

  constructor(options: AgentOptions, agent: AgentClient, files: ReleaseFiles = fixtureFiles) {
    this.options = options;
    this.agent = agent;
    this.runtime = runtimeFolder(options);
    const { environment, clock } = options;
    const addressOf = (service: string): string | null => {
      const port = this.#ports.get(service);
      return port === undefined ? null : `http://127.0.0.1:${port}`;
    };
    const { releases } = this.runtime;
    const made = localTarget({ agent, environment, releases, files, addressOf, enforces: enforcedPolicy, clock });
    this.target = made.target;
    this.edge = made.edge;
  }

  fence(epoch = 1): Fence {
    return { epoch, key: `test@${epoch}#${++this.#ordinal}` };
  }

  act(action: TargetAction, fence: Fence = this.fence()): ReturnType<Target["act"]> {
    return this.target.act(action, fence, noSecrets);
  }

  route(
    of: Release,
    weights: Readonly<Record<number, number>>,
    fence: Fence = this.fence(),
  ): ReturnType<Edge["route"]> {
    return this.edge.route({ do: "route", service: of.service, weights, policy: policy(of) }, fence);
  }

  /** A release of the fixture service; each service keeps one declared port. */
  async release(over: { service?: string; number?: number; run?: string; spec?: Partly<Spec> } = {}): Promise<Release> {
    const service = over.service ?? "web";
    if (!this.#ports.has(service)) this.#ports.set(service, await freeTcpPort());
    return this.releaseAt(this.#ports.get(service) ?? 0, over);
  }

  releaseAt(
    port: number,
    over: { service?: string; number?: number; run?: string; spec?: Partly<Spec> } = {},
  ): Release {
    const { service = "web", number = 1, run = String(number) } = over;
    return release({
      service,
      number,
      runDigest: run,
      spec: {
        ...over.spec,
        id: service,
        description: `r${number}`,
        command: over.spec?.command ?? ["node", fixture],
        networking: { port },
        health: { interval: 300, timeout: 2_000, failure_threshold: 2, ...over.spec?.health },
        deployment: { min_healthy_time: 0, drain_time: 2_000, ...over.spec?.deployment },
      } as Partly<Spec>,
    });
  }

  /** Brings a release up until all its instances are ready, and gives it all traffic. */
  async serve(of: Release): Promise<void> {
    const wanted = of.spec.runtime.replicas;
    await this.act({ do: "ensure", release: of, wanted });
    await this.ready(of, wanted);
    const receipt = await this.route(of, { [of.number]: 100 });
    if (receipt.is !== "done") throw new Error(`not routed: ${JSON.stringify(receipt)}`);
  }

  async ready(of: Release, count: number): Promise<readonly Instance[]> {
    return await until(
      async () => {
        const ready = (await this.instances(of)).filter(({ phase }) => phase === "ready");
        return ready.length === count ? ready : null;
      },
      { what: `${count} ready instances of ${of.service} r${of.number}` },
    );
  }

  async instances(of: Release): Promise<readonly Instance[]> {
    const [fleet] = (await this.target.observe([of.service])).fleets;
    return fleet?.groups.find(({ release: number }) => number === of.number)?.instances ?? [];
  }

  url(of: Release, path = "/"): string {
    return `http://127.0.0.1:${of.spec.networking?.port}${path}`;
  }

  get agentPid(): number {
    const holder = readHolder(this.runtime.lockFile);
    if (!holder) throw new Error("no agent holds the lock");
    return holder.pid;
  }

  /** Ends the agent as `kill -9` would; nobody starts another. */
  async crashAgent(): Promise<void> {
    const holder = readHolder(this.runtime.lockFile);
    if (!holder) throw new Error("no agent holds the lock");
    process.kill(holder.pid, "SIGKILL");
    await until(async () => !(await isAlive(holder)), { what: "the agent to be gone" });
  }

  async edgePids(): Promise<{ readonly holder: number; readonly serving: number }> {
    const client = new EdgeClient(this.runtime.edgeSocket);
    try {
      const { pid, servingPid } = await client.hello();
      return { holder: pid, serving: servingPid ?? 0 };
    } finally {
      await client.disconnect();
    }
  }

  /** Ends everything, whatever state it is in. */
  async close(): Promise<void> {
    prepareRuntime(this.runtime, this.options.uid);
    const { value } = await ensureAgent({ ...this.options, allowEphemeral: true });
    if (value) await stopAgent(value, this.options);
    await this.agent.close();
  }
}

type Instance = import("../../src/model/fleet.ts").Instance;

/** A port that nothing listened on a moment ago. */
export function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
