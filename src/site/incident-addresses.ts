/** A month's page, below the site's root: `incidents/2026-11/`. */
export function monthAddress(month: string): string {
  return `incidents/${month}/`;
}

/**
 * An incident's page, below the site's root: `incidents/<id>/`. That of one whose file is named like a month, `2026-11.md`, lies
 * below the month's, at `incidents/2026-11/incident/`: no file's name holds a slash, so no two pages ever meet, whichever of
 * them is there first.
 */
export function incidentAddress(id: string): string {
  return /^\d{4}-\d\d$/.test(id) ? `${monthAddress(id)}incident/` : `incidents/${id}/`;
}
