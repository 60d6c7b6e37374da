/** Generated from schemas/health.schema.json by `npm run types`; edit the schema instead. */

/**
 * A piece of health history as refs/fairlead/health keeps it: what one run of one collector saw. Under $defs also the files of hours, days and months that it is counted into, and what fairlead check --json writes.
 */
export interface HealthSegmentJson {
  /**
   * The version of this format.
   */
  version: 1;
  /**
   * The run that looked.
   */
  collector: string;
  /**
   * The environment it looked at.
   */
  environment: string;
  /**
   * When the stretch begins.
   */
  from: number;
  /**
   * When the stretch ends.
   */
  to: number;
  /**
   * Where it looked from.
   */
  region?: string;
  /**
   * When the same collector's last stretch ended: what lies between should have been watched.
   */
  after?: number;
  /**
   * A person asked: nobody expects another stretch of the same collector.
   */
  once?: true;
  /**
   * How each service is watched, by service: what its samples are judged by.
   */
  watching?: {
    [k: string]: HealthWatchingJson;
  };
  /**
   * How many askings the collector's cadence called for, by service: uptime counts expected and actual ones.
   */
  expected: {
    [k: string]: number;
  };
  /**
   * What came back.
   */
  samples: HealthSampleJson[];
}
/**
 * How a service is watched.
 */
export interface HealthWatchingJson {
  /**
   * Time between two askings.
   */
  cadenceMs: number;
  /**
   * How long an answer may take.
   */
  timeoutMs: number;
  /**
   * Failures in a row until it counts as down.
   */
  failure_threshold: number;
  /**
   * Successes in a row until it counts as up again.
   */
  success_threshold: number;
}
/**
 * One asking of one service.
 */
export interface HealthSampleJson {
  /**
   * The service asked.
   */
  service: string;
  /**
   * When the asking began, in milliseconds since 1970 in UTC.
   */
  at: number;
  /**
   * What the answer means.
   */
  outcome: "pass" | "warn" | "fail" | "unknown";
  /**
   * Milliseconds until the answer was read; absent where there was none.
   */
  latencyMs?: number;
  /**
   * The HTTP status.
   */
  status?: number;
  /**
   * The declared conditions.
   */
  conditions?: {
    /**
     * The condition as written, with the values it met where it failed.
     */
    condition: string;
    /**
     * Whether it held.
     */
    held: boolean;
  }[];
  /**
   * The declared checks, read from the body; missing where the body did not say.
   */
  checks?: {
    [k: string]: "pass" | "warn" | "fail" | "missing";
  };
  /**
   * Why there was no answer.
   */
  error?: string;
  /**
   * How often it was asked until this outcome stood.
   */
  attempts?: number;
  /**
   * Taken while maintenance was declared.
   */
  during?: "maintenance";
}
/**
 * The hours of a UTC day: hours/ENVIRONMENT/DATE.json.
 */
export interface HealthHoursJson {
  /**
   * The version of this format.
   */
  version: 1;
  /**
   * The environment.
   */
  environment: string;
  /**
   * By time.
   */
  hours: HealthHourJson[];
}
/**
 * An hour of all services.
 */
export interface HealthHourJson {
  /**
   * The hour, UTC.
   */
  at: string;
  /**
   * Digests of the segments that began in it and are counted, so that none is counted twice.
   */
  segments: string[];
  /**
   * What is counted, by service.
   */
  services: {
    [k: string]: HealthHourlyJson;
  };
}
/**
 * An hour of one service.
 */
export interface HealthHourlyJson {
  /**
   * How many askings: expected, actual, passed, warned, failed, unknown, in maintenance.
   *
   * @minItems 7
   * @maxItems 7
   */
  askings: number[];
  /**
   * Verdicts second by second: o operational, d degraded, x down, m maintenance, u unknown; unknown behind the last.
   */
  verdicts: string;
  /**
   * Answers by latency: a bucket (of a DDSketch with 2 % relative error) and how many fell into it and into those behind it.
   */
  latency: string;
}
/**
 * The days of a month or the months of a year: days/ENVIRONMENT/MONTH.json, months/ENVIRONMENT/YEAR.json.
 */
export interface HealthPeriodsJson {
  /**
   * The version of this format.
   */
  version: 1;
  /**
   * The environment.
   */
  environment: string;
  /**
   * By time.
   */
  periods: HealthPeriodJson[];
}
/**
 * A day or a month of all services.
 */
export interface HealthPeriodJson {
  /**
   * The day or month, UTC.
   */
  at: string;
  /**
   * What is counted, by service.
   */
  services: {
    [k: string]: HealthCountedJson;
  };
}
/**
 * A day or a month of one service.
 */
export interface HealthCountedJson {
  /**
   * How many askings: expected, actual, passed, warned, failed, unknown, in maintenance.
   *
   * @minItems 7
   * @maxItems 7
   */
  askings: number[];
  /**
   * How long each verdict held, in seconds: operational, degraded, down, maintenance, unknown.
   *
   * @minItems 5
   * @maxItems 5
   */
  seconds: number[];
  /**
   * Answers by latency: a bucket (of a DDSketch with 2 % relative error) and how many fell into it and into those behind it.
   */
  latency: string;
}
/**
 * How services stood where the samples that are still kept begin: standings/ENVIRONMENT.json.
 */
export interface HealthStandingsJson {
  /**
   * The version of this format.
   */
  version: 1;
  /**
   * The environment.
   */
  environment: string;
  /**
   * By service, collector and region.
   */
  standings: HealthStandingJson[];
}
/**
 * A service's last sample with one collector, and how it stood then.
 */
export interface HealthStandingJson {
  /**
   * Who looked.
   */
  collector: string;
  /**
   * Where from.
   */
  region: string;
  /**
   * The service.
   */
  service: string;
  /**
   * When it was asked.
   */
  at: number;
  /**
   * What the answer meant.
   */
  outcome: "pass" | "warn" | "fail" | "unknown";
  /**
   * Taken while maintenance was declared.
   */
  during?: "maintenance";
  /**
   * How it stood.
   */
  verdict: "operational" | "degraded" | "down" | "unknown";
  /**
   * When it was last asked to some purpose: in no maintenance, and by somebody who had a network.
   */
  judgedAt?: number;
  watching: HealthWatchingJson;
}
/**
 * What fairlead check --json writes: every service asked once.
 */
export interface CheckOutputJson {
  /**
   * The version of this format: within one major number only additions.
   */
  format_version: string;
  /**
   * The environment asked.
   */
  environment: string;
  /**
   * The services, by id.
   */
  services: CheckedServiceJson[];
}
/**
 * One service and what it answered.
 */
export interface CheckedServiceJson {
  /**
   * The service.
   */
  service: string;
  /**
   * How it is.
   */
  verdict: "operational" | "degraded" | "down" | "maintenance" | "unknown";
  /**
   * One sentence for people: why this verdict.
   */
  says?: string;
  /**
   * The asking; null where it was not asked.
   */
  sample: null | HealthSampleJson;
}
