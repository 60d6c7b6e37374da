import { createServer } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import type { ServiceId } from "../../src/model/basics.ts";
import type { RolloutAction } from "../../src/model/rollout.ts";
import type { Fence } from "../../src/model/target.ts";
import type { Fate } from "../../src/targets/sim/sim-instance.ts";
import { simTarget } from "../../src/targets/sim/sim-target.ts";
import { SimWorld } from "../../src/targets/sim/sim-world.ts";
import { temporaryFolder } from "../support/git-folder.ts";

/** What a process asks of a world that it does not live in. */
export type WorldRequest =
  | { readonly ask: "observe"; readonly only?: readonly ServiceId[] }
  | { readonly ask: "perform"; readonly action: RolloutAction; readonly fence: Fence };

/** A simulated world in real time that outlives those who act on it, and the Unix socket by which they reach it. */
export async function worldServer(fateOf: () => Fate): Promise<{ readonly world: SimWorld; readonly socket: string }> {
  const world = new SimWorld({ clock: systemClock, fateOf });
  const { target } = simTarget(world);
  const socket = join(temporaryFolder("fl-world-"), "s");
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += String(piece);
    const asked = JSON.parse(body) as WorldRequest;
    const answer =
      asked.ask === "observe" ? await target.observe(asked.only) : world.perform(asked.action, asked.fence);
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { world, socket };
}
