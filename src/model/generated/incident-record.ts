/** Generated from schemas/incident-record.schema.json by `npm run types`; edit the schema instead. */

/**
 * A file of incidents/ENVIRONMENT/YEAR on refs/fairlead/health: an incident that was opened by itself, its issue, and what was told of it.
 */
export interface IncidentRecordFile {
  /**
   * The version of this format.
   */
  version: 1;
  /**
   * The environment in which it happened.
   */
  environment: string;
  incident: Incident;
  /**
   * The number of its GitHub issue.
   */
  issue?: number;
  /**
   * Messages by key: when each left, in milliseconds since the Unix epoch; null while it still has to.
   */
  told: {
    [k: string]: number | null;
  };
}
/**
 * The incident.
 */
export interface Incident {
  /**
   * Its permanent id.
   */
  id: string;
  /**
   * What happened, in one line.
   */
  title: string;
  /**
   * While it is open, how it is now; afterwards the gravest that it was.
   */
  severity: "down" | "degraded" | "notice";
  /**
   * The service.
   *
   * @minItems 1
   * @maxItems 1
   */
  affected: string[];
  /**
   * Each time it was so, oldest first; open where the last one has no end.
   */
  stretches: Stretch[];
  /**
   * What became of it, oldest first.
   */
  updates: Update[];
  /**
   * Hand-written ones are files of the repository.
   */
  source: "automatic";
}
/**
 * A stretch of time of one severity.
 */
export interface Stretch {
  /**
   * Its begin, in milliseconds since the Unix epoch.
   */
  from: number;
  /**
   * Its end; null while it goes on.
   */
  to: number | null;
  /**
   * How it was.
   */
  severity: "down" | "degraded" | "notice";
}
/**
 * What became of it at one moment.
 */
export interface Update {
  /**
   * When, in milliseconds since the Unix epoch.
   */
  at: number;
  /**
   * How far it had come.
   */
  status: "investigating" | "identified" | "monitoring" | "resolved";
  /**
   * A sentence for people.
   */
  says: string;
}
