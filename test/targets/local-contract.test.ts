import { afterAll } from "vitest";
import { ensureAgent } from "../../src/targets/local/agent-process.ts";
import { targetContract } from "../contracts/target.ts";
import { policy } from "../support/builders.ts";
import { freeTcpPort, LocalMachine } from "../support/local-runtime.ts";

const machine = new LocalMachine();
afterAll(() => machine.remove());

targetContract("local", async () => {
  const local = await machine.start();
  const ports = new Map<string, number>();
  for (const service of ["web", "api", "shop"]) ports.set(service, await freeTcpPort());
  const portOf = async (id: string): Promise<number> => {
    const { fleets } = await local.target.observe();
    const instances = fleets.flatMap(({ groups }) => groups).flatMap(({ instances }) => instances);
    const port = instances.find((instance) => instance.id === id)?.port;
    if (port === undefined) throw new Error(`${id} has no port`);
    return port;
  };
  return {
    target: local.target,
    edge: local.edge,
    world: {
      kill: async (id) => {
        const { fleets } = await local.target.observe();
        const instances = fleets.flatMap(({ groups }) => groups).flatMap(({ instances }) => instances);
        const pid = instances.find((instance) => instance.id === id)?.pid;
        if (pid !== undefined) process.kill(pid, "SIGKILL");
      },
      lie: async (id, ready) => void (await fetch(`http://127.0.0.1:${await portOf(id)}/lie?ready=${ready}`)),
      crashAgent: async () => {
        await local.crashAgent();
        await (await ensureAgent(local.options)).value?.close();
      },
      addForeign: async () => null,
      request: async (service, takesMs) => {
        // A POST: one that an instance drops is never sent again, so that a lost request shows.
        const answer = await fetch(`http://127.0.0.1:${ports.get(service)}/?ms=${takesMs}`, { method: "POST" });
        await answer.arrayBuffer();
        return { answered: answer.ok };
      },
    },
    release: ({ service, number, replicas, run = String(number) }) =>
      local.releaseAt(ports.get(service) ?? 0, { service, number, run, spec: { runtime: { replicas } } }),
    policyOf: policy,
    advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    close: () => local.close(),
  };
});
