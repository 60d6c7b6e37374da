import { systemClock } from "../../src/cli/system-clock.ts";
import type { Sample } from "../../src/model/health.ts";
import type { HealthSpec } from "../../src/model/service.ts";
import type { SecretOf } from "../../src/probes/prepare.ts";
import { probeOf } from "../../src/probes/probe.ts";
import type { Registrations } from "../../src/probes/registrations.ts";
import { spec } from "./builders.ts";

/** Asks an address once as the endpoint of the service `web`, with the real clock. */
export async function askAt(
  endpoint: string,
  over: Partial<HealthSpec> & {
    readonly signal?: AbortSignal;
    readonly secretOf?: SecretOf;
    readonly registries?: Registrations;
  } = {},
): Promise<Sample> {
  const { signal, secretOf, registries, ...health } = over;
  const external = spec({ external: true });
  const probe = probeOf({
    spec: { ...external, health: { ...(external.health as HealthSpec), endpoint, ...health } },
    clock: systemClock,
    ...(secretOf ? { secretOf } : {}),
    ...(registries ? { registries } : {}),
  });
  if (probe === null) throw new Error("there is nothing to ask");
  return probe.ask(signal);
}
