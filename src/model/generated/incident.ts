/** Generated from schemas/incident.schema.json by `npm run types`; edit the schema instead. */

/**
 * The front matter of incidents/*.md: an incident that people tell of, words for one that Fairlead has opened, or announced maintenance. The text below it is Markdown; what follows `## Post-mortem` is the post-mortem. Keys that begin with x- are yours and are ignored.
 */
export interface IncidentInput {
  /**
   * What happened, or what will be done, in one line.
   */
  title?: string;
  /**
   * down: it did not work. degraded: it worked badly. notice: something to know.
   */
  severity?: "down" | "degraded" | "notice";
  /**
   * The services concerned, by id. Maintenance and notices without it concern all of them.
   *
   * Items: The id of a service.
   */
  affected?: string[];
  /**
   * When it began, with its offset from UTC or a Z.
   */
  started?: string;
  /**
   * When it was over. Without it the last update counts, if its status is resolved; else it goes on.
   */
  resolved?: string;
  /**
   * What was said in the meantime, oldest first.
   *
   * @maxItems 500
   */
  updates?: Update[];
  /**
   * The id of an incident that Fairlead has opened: title, text and updates are added to it.
   */
  incident?: string;
  maintenance?: Maintenance;
}
/**
 * What was known at one moment.
 */
export interface Update {
  /**
   * When it was said, with its offset from UTC or a Z.
   */
  at: string;
  /**
   * How far it had come.
   */
  status: "investigating" | "identified" | "monitoring" | "resolved";
  /**
   * What people are told, in Markdown.
   */
  says: string;
}
/**
 * When work is done, once or again and again. Its time counts neither for nor against a service, and nobody is woken by it.
 */
export interface Maintenance {
  /**
   * When it begins, for the first time: as a clock in time_zone shows it, or with its offset from UTC.
   */
  start: string;
  /**
   * When it ends, for the first time; later ones take as long as the first.
   */
  end?: string;
  /**
   * How long it takes, instead of end.
   */
  duration?: string | number;
  /**
   * How it repeats, as a recurrence rule of RFC 5545 without UNTIL. A time that a day does not have, since clocks are put forward, is left out on that day.
   */
  repeat?: string;
  /**
   * The zone whose clocks it follows, summer and winter.
   */
  time_zone?: string;
  /**
   * No repetition begins after this moment.
   */
  until?: string;
}
