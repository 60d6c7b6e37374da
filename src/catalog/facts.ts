import type { ServiceId } from "../model/basics.ts";
import type { DesiredStatus, Spec } from "../model/service.ts";
import { isMapping, type Raw } from "./overlay.ts";

/** What runs, before any Git id is looked up. */
export type Runs =
  | { readonly is: "image"; readonly reference: string }
  | { readonly is: "files"; readonly source: string | null; readonly watch: readonly string[] }
  | { readonly is: "template"; readonly template: string }
  | { readonly is: "nothing" };

/** What the rules between services, and the order of a plan, need of one service: small, so that the cache can keep it at hand. */
export interface Facts {
  readonly id: ServiceId;
  readonly previousId?: ServiceId;
  readonly status: DesiredStatus;
  readonly external: boolean;
  readonly protected: boolean;
  readonly dependencies: readonly ServiceId[];
  readonly port: number | null;
  readonly hosts: readonly string[];
  readonly endpoints: readonly string[];
  readonly publishes: readonly string[];
  readonly subscribes: readonly string[];
  readonly runs: Runs;
}

export function factsOf(spec: Spec, previousId: unknown): Facts {
  return {
    id: spec.id,
    ...(typeof previousId === "string" ? { previousId } : {}),
    status: spec.status,
    external: spec.external === true,
    protected: spec.protected,
    dependencies: spec.dependencies,
    port: spec.networking?.port ?? null,
    hosts: spec.networking?.hosts ?? [],
    endpoints: spec.endpoints,
    publishes: spec.events?.publishes?.map(eventType) ?? [],
    subscribes: spec.events?.subscribes?.map(eventType) ?? [],
    runs: runsOf(spec),
  };
}

/**
 * The facts of a service whose file has errors, as far as they can be read: so that a port used twice is found in the same
 * run as a misspelt key. Null where not even the id can be.
 */
export function readableFacts(raw: Raw): Facts | null {
  const { id, previous_id: previousId, networking, events, status } = raw;
  if (typeof id !== "string") return null;
  const { port, hosts } = isMapping(networking) ? networking : {};
  const { publishes, subscribes } = isMapping(events) ? events : {};
  return {
    id,
    ...(typeof previousId === "string" ? { previousId } : {}),
    status: status === "inactive" || status === "maintenance" ? status : "active",
    external: raw["external"] === true,
    protected: raw["protected"] === true,
    dependencies: strings(raw["dependencies"]),
    port: typeof port === "number" ? port : null,
    hosts: strings(hosts),
    endpoints: strings(raw["endpoints"]),
    publishes: eventTypes(publishes),
    subscribes: eventTypes(subscribes),
    runs: { is: "nothing" },
  };
}

/** All or none: a rule names an item by its place in the list. */
function strings(value: unknown): readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : [];
}

function eventTypes(value: unknown): readonly string[] {
  return Array.isArray(value) ? strings(value.map((event) => (isMapping(event) ? event["type"] : event))) : [];
}

function runsOf(spec: Spec): Runs {
  if (spec.external === true) return { is: "nothing" };
  if (spec.image !== undefined) return { is: "image", reference: spec.image };
  if (spec.template !== undefined) return { is: "template", template: spec.template };
  if (spec.source === undefined && !spec.watch?.length) return { is: "nothing" };
  return { is: "files", source: spec.source ?? null, watch: spec.watch ?? [] };
}

function eventType(event: unknown): string {
  return (event as { readonly type: string }).type;
}
