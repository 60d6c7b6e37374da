import { simTarget } from "../../src/targets/sim/sim-target.ts";
import { SimWorld } from "../../src/targets/sim/sim-world.ts";
import { VirtualClock } from "../../src/targets/sim/virtual-clock.ts";
import { targetContract } from "../contracts/target.ts";
import { policy, release } from "../support/builders.ts";

for (const weightStep of [1, 100])
  targetContract(`sim with weights in steps of ${weightStep}`, async () => {
    const clock = new VirtualClock();
    const world = new SimWorld({ clock, weightStep });
    clock.attach(world);
    return {
      ...simTarget(world),
      world: {
        kill: async (instance) => world.kill(instance),
        lie: async (instance, ready) => world.lie(instance, ready),
        crashAgent: async () => world.crashAgent(500),
        addForeign: async () => {
          world.addForeign("a container of somebody else");
          return "a container of somebody else";
        },
        request: async (service, takesMs) => {
          const { answered, endsAt } = world.request(service, takesMs);
          // Nobody moves the clock for a request that is over at once.
          if (endsAt > clock.now()) await clock.sleep(endsAt - clock.now());
          return { answered };
        },
      },
      release: ({ service, number, replicas, run = String(number) }) =>
        release({
          service,
          number,
          runDigest: run,
          spec: { id: service, runtime: { replicas }, deployment: { min_healthy_time: 0, drain_time: 2_000 } },
        }),
      policyOf: policy,
      advance: (ms) => clock.advance(ms),
      close: async () => {},
    };
  });
