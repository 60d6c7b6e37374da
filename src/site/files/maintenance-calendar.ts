import ical, { ICalEventStatus } from "ical-generator";
import type { SiteData } from "../../model/site-data.ts";
import { addressesOf } from "./addresses.ts";

/**
 * `maintenance.ics` (RFC 5545): each announced window, an event of its own in UTC. A series is written out, since its
 * occurrences keep their local hour when clocks change, and what was written out needs no time zone table to be right.
 */
export function maintenanceCalendar(data: SiteData): string {
  const address = addressesOf(data);
  const calendar = ical({
    name: `Maintenance: ${data.title}`,
    prodId: { company: "fairlead", product: "status", language: data.language.toUpperCase() },
  });
  for (const window of data.maintenance) {
    const affected = window.affected.map(({ name }) => name).join(", ");
    calendar.createEvent({
      // Stable, so that a reader who asks again moves an event instead of adding one.
      id: `${window.id}@${data.project.replace(/[^A-Za-z0-9.-]+/g, "-")}`,
      // When the event was last touched cannot be told from the data: its start keeps equal data equal bytes.
      stamp: new Date(window.from),
      start: new Date(window.from),
      end: new Date(window.to),
      summary: affected === "" ? window.title : `${window.title}: ${affected}`,
      status: ICalEventStatus.CONFIRMED,
      ...(data.url === undefined ? {} : { url: address(`maintenance/#${window.id}`) }),
    });
  }
  return calendar.toString();
}
