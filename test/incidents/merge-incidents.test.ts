import { expect, test } from "vitest";
import { allIncidents } from "../../src/incidents/merge-incidents.ts";
import type { Incident } from "../../src/model/incident.ts";

const incident = (id: string, from: number, to: number | null, source: Incident["source"]): Incident => ({
  id,
  title: id,
  severity: "down",
  affected: ["web"],
  stretches: [{ from, to, severity: "down" }],
  updates: [{ at: from, status: "investigating", says: "It is down." }],
  source,
});

test("what people wrote stands among what opened by itself, open ones first, and notes are put in by time", () => {
  const records = [{ incident: incident("a", 10, 20, "automatic") }, { incident: incident("b", 5, null, "automatic") }];
  const identified = { at: 12, status: "identified", says: "A disk." } as const;
  const note = { incident: "a", title: "A full disk", updates: [identified], postmortem: "We watch it now." };
  const all = allIncidents(records, { incidents: [incident("written", 30, 40, "written")], notes: [note] });
  expect(all.map(({ id, title }) => [id, title])).toEqual([
    ["b", "b"],
    ["written", "written"],
    ["a", "A full disk"],
  ]);
  expect(all[2]).toMatchObject({ updates: [{ at: 10 }, { at: 12 }], postmortem: "We watch it now.", severity: "down" });
});

test("a note on an incident that there is not changes nothing", () => {
  expect(allIncidents([], { incidents: [], notes: [{ incident: "x", updates: [] }] })).toEqual([]);
});
