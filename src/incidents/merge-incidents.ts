import type { Incident, IncidentNote, IncidentRecord } from "../model/incident.ts";
import { beganAt, isOpen } from "../model/incident-times.ts";

/**
 * Automatic incidents with what people wrote about them, and those that people wrote alone; what is open first, then the newest.
 * A hand-written incident whose file is named like an automatic one's id stands beside it, since files win no history.
 */
export function allIncidents(
  records: readonly Pick<IncidentRecord, "incident">[],
  written: { readonly incidents: readonly Incident[]; readonly notes: readonly IncidentNote[] },
): readonly Incident[] {
  const annotated = records.map(({ incident }) =>
    written.notes.filter((note) => note.incident === incident.id).reduce(withNote, incident),
  );
  return [...annotated, ...written.incidents].sort(
    (a, b) => Number(isOpen(b)) - Number(isOpen(a)) || beganAt(b) - beganAt(a) || (a.id < b.id ? -1 : 1),
  );
}

function withNote(incident: Incident, { title, updates, text, postmortem }: IncidentNote): Incident {
  return {
    ...incident,
    ...(title === undefined ? {} : { title }),
    updates: [...incident.updates, ...updates].sort((a, b) => a.at - b.at),
    ...(text === undefined ? {} : { text }),
    ...(postmortem === undefined ? {} : { postmortem }),
  };
}
