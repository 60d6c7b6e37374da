/** Generated from schemas/health.schema.json by `npm run types`; edit the schema instead. */

/**
 * A piece of health history as refs/fairlead/health keeps it: what one run of one collector saw. Under $defs also what fairlead check --json writes.
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
   * How each service is watched, by service: what its samples are judged by.
   */
  watching?: {
    [k: string]: {
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
    };
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
