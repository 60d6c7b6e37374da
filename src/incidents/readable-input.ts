import type { IncidentInput, Maintenance, Update } from "../model/generated/incident.ts";

/**
 * What of a front matter has the types that its schema asks for, so that all that is wrong can be said at once: a misspelt key
 * must not hide a time that is none.
 */
export function readableInput(value: unknown): IncidentInput {
  if (!isMapping(value)) return {};
  const texts = textsOf(value, ["title", "started", "resolved", "incident"]);
  const { severity, affected, updates, maintenance } = value;
  return {
    ...texts,
    ...(typeof severity === "string" ? { severity: severity as NonNullable<IncidentInput["severity"]> } : {}),
    ...(Array.isArray(affected) && affected.every((id) => typeof id === "string") ? { affected } : {}),
    ...(Array.isArray(updates) && updates.every(isUpdate) ? { updates } : {}),
    ...(isMapping(maintenance) ? { maintenance: readableMaintenance(maintenance) } : {}),
  };
}

function readableMaintenance(block: Readonly<Record<string, unknown>>): Maintenance {
  const { duration } = block;
  return {
    start: "",
    ...textsOf(block, ["start", "end", "repeat", "time_zone", "until"]),
    ...(typeof duration === "string" || typeof duration === "number" ? { duration } : {}),
  };
}

function textsOf(value: Readonly<Record<string, unknown>>, keys: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    keys.flatMap((key) => (typeof value[key] === "string" && value[key] !== "" ? [[key, value[key]]] : [])),
  );
}

function isUpdate(value: unknown): value is Update {
  return isMapping(value) && ["at", "status", "says"].every((key) => typeof value[key] === "string");
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
