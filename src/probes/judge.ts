import type { Sample } from "../model/health.ts";
import type { Reply } from "./ask-target.ts";
import { type ConditionResult, evaluateConditions } from "./conditions.ts";
import { type CheckStatus, type HealthBody, namedCheck, readHealthBody, worst } from "./health-body.ts";

/** A certificate that ends sooner is worth a warning, where no condition says otherwise. */
const CERTIFICATE_WARNING_DAYS = 14;
const DAY_MS = 86_400_000;

/** What a reply is held to. */
export interface Expected {
  readonly conditions: readonly string[];
  readonly checks: readonly string[];
  /** Names that a probe of our own answers where the body does not: what the service declares beside itself. */
  readonly declared?: Readonly<Record<string, CheckStatus | "missing">>;
  /** The states of the service's other targets by their names: a named check may be one of them. */
  readonly targets?: Readonly<Record<string, CheckStatus>>;
  /** Covers what may not be shown. */
  readonly hide?: (text: string) => string;
}

export type Judged = Omit<Sample, "service" | "at">;

/**
 * Judges one reply. `fail` when there is no answer, a condition does not hold (without conditions: the answer is no good one
 * of its protocol), or the body says `fail`; `warn` when it is merely slow (only conditions on [RESPONSE_TIME] missed), the
 * body says `warn`, the certificate ends soon, or a registry does not say what [DOMAIN_EXPIRATION] is. The last would fail in
 * Gatus. Here somebody else's silence is nobody's downtime; but a condition that is not watched is no pass either, and
 * `unknown` would throw away that the service itself did answer.
 */
export function judge(
  reply: Reply,
  { conditions, checks: names, declared = {}, targets = {}, hide = (text) => text }: Expected,
): Judged {
  const { answer, rejected } = reply;
  const results = evaluateConditions(conditions, answer, hide);
  const error = isExpected(reply, results) ? undefined : reply.error;
  const body = reply.json === true ? readHealthBody(answer.body ?? "") : null;
  const checks = Object.fromEntries(
    names.map((name) => [name, judgeCheck(name, { body, reply, results, declared: { ...targets, ...declared } })]),
  );
  const refused = error ?? (conditions.length === 0 ? rejected : undefined);
  const ending = refused === undefined ? endsSoon(reply, results) : undefined;
  const outcome =
    refused !== undefined
      ? "fail"
      : worst([
          byConditions(results),
          byBody(body, checks, { targets, declared }),
          ending === undefined ? "pass" : "warn",
        ]);
  const says = refused ?? ending;
  return {
    outcome,
    ...(answer.responseTimeMs !== undefined && error === undefined ? { latencyMs: answer.responseTimeMs } : {}),
    ...(answer.status !== undefined ? { status: answer.status } : {}),
    ...(results.length > 0 ? { conditions: results.map(({ condition, held }) => ({ condition, held })) } : {}),
    ...(names.length > 0 ? { checks } : {}),
    ...(says !== undefined ? { error: hide(says) } : {}),
  };
}

/** A port that should be closed: `[CONNECTED] == false` holds only where there is no answer. */
function isExpected({ answer, error }: Reply, results: readonly ConditionResult[]): boolean {
  if (error === undefined || answer.connected) return false;
  return results.every(({ held }) => held) && results.some(({ looksAt }) => looksAt.includes("CONNECTED"));
}

/** Slow is not down, and what nobody could say is not false: only a missed condition about something else fails. */
function byConditions(results: readonly ConditionResult[]): CheckStatus {
  const missed = results.filter((result) => !result.held);
  if (missed.length === 0) return "pass";
  return missed.every((result) => result.aboutTime || result.isUnknown) ? "warn" : "fail";
}

type Checks = Readonly<Record<string, CheckStatus | "missing">>;

/**
 * The root status has judged where there is one; a named check that fails beneath it is still worth a warning. So is what we
 * could not reach ourselves: the service may.
 */
function byBody(
  body: HealthBody | null,
  checks: Checks,
  { targets, declared }: { readonly targets: Checks; readonly declared: Checks },
): CheckStatus {
  const said = Object.entries(checks).filter(
    ([name]) => !Object.hasOwn(declared, name) && !Object.hasOwn(targets, name),
  );
  const named = worst(said.map(([, status]) => status));
  const beside = worst(Object.values(declared)) === "pass" ? "pass" : "warn";
  if (body?.status == null) return worst([named, beside]);
  return worst([body.status, named === "pass" ? "pass" : "warn", beside]);
}

function judgeCheck(
  name: string,
  on: {
    readonly body: HealthBody | null;
    readonly reply: Reply;
    readonly results: readonly ConditionResult[];
    readonly declared: Checks;
  },
): CheckStatus | "missing" {
  const said = namedCheck(name, on.body);
  if (said !== "missing") return said;
  // The one check that we measure ourselves, whether the body speaks of it or not.
  if (name === "response_time" && on.reply.error === undefined && on.reply.answer.responseTimeMs !== undefined)
    return on.results.some((result) => result.aboutTime && !result.held) ? "warn" : "pass";
  return Object.hasOwn(on.declared, name) ? (on.declared[name] ?? "missing") : "missing";
}

function endsSoon({ answer }: Reply, results: readonly ConditionResult[]): string | undefined {
  const left = answer.certificateExpirationMs;
  if (left === undefined || results.some(({ looksAt }) => looksAt.includes("CERTIFICATE_EXPIRATION"))) return undefined;
  const days = Math.floor(left / DAY_MS);
  if (days >= CERTIFICATE_WARNING_DAYS) return undefined;
  return days < 1
    ? "the certificate ends within a day"
    : `the certificate ends in ${days} ${days === 1 ? "day" : "days"}`;
}
