import type { Clock, Ms } from "../model/basics.ts";
import type { Sample } from "../model/health.ts";
import type { HealthSpec, Spec } from "../model/service.ts";
import { askTarget, type Reply } from "./ask-target.ts";
import { looksAtDomain } from "./condition-syntax.ts";
import type { Answer } from "./conditions.ts";
import { declaredTargets } from "./declared-checks.ts";
import { type CheckStatus, namedCheck, readHealthBody, worst } from "./health-body.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { hostIn } from "./host-in.ts";
import { type Judged, judge } from "./judge.ts";
import { prepare, type SecretOf } from "./prepare.ts";
import type { Question } from "./probe-kind.ts";
import type { Registrations } from "./registrations.ts";
import type { Target } from "./target.ts";

export interface AskService {
  readonly spec: Spec;
  readonly health: HealthSpec;
  /** At least one; the first is the service itself. */
  readonly targets: readonly Target[];
  readonly clock: Clock;
  readonly secretOf: SecretOf;
  readonly registrations: Registrations;
  readonly signal?: AbortSignal;
}

/**
 * Asks a service once, at all its targets side by side: one sample with the worst outcome, the latency of the first, and the
 * state of each by its name. Named checks that the body does not speak of are asked of what the service declares, in the
 * time that is left. Never throws, never outlasts `health.timeout`.
 */
export async function askService(on: AskService): Promise<Sample> {
  const { spec, health, targets, clock } = on;
  const at = clock.now();
  const start = clock.monotonic();
  const [first, ...further] = await Promise.all(targets.map((target) => askOne(target, health.timeout, on)));
  if (first === undefined) return { service: spec.id, at, outcome: "fail", error: "there is nothing to ask" };
  const names = health.checks;
  const beside = further.map(({ target, reply, hide }) => ({
    name: target.name,
    judged: judge(reply, { conditions: target.conditions, checks: [], hide }),
  }));
  const answered = Object.fromEntries(beside.map(({ name, judged }) => [name, statusOf(judged)]));
  const silent = names.filter((name) => !Object.hasOwn(answered, name) && isSilent(name, first.reply));
  const leftMs = Math.floor(health.timeout - (clock.monotonic() - start));
  const declared = await askDeclared(silent, leftMs, on);
  const own = judge(first.reply, {
    conditions: first.target.conditions,
    checks: names,
    declared,
    targets: answered,
    hide: first.hide,
  });
  const all = [{ name: first.target.name, judged: own }, ...beside];
  return { service: spec.id, at, ...(beside.length === 0 ? own : together(own, all)) };
}

interface AskedOne {
  readonly target: Target;
  readonly reply: Reply;
  readonly hide: (text: string) => string;
}

async function askOne(target: Target, timeoutMs: Ms, on: AskService): Promise<AskedOne> {
  const { question, problem, secrets } = prepare(target, on.secretOf);
  const hide = hideSecrets(secrets);
  if (question === undefined)
    return { target, reply: { answer: { connected: false }, error: problem ?? "cannot be asked" }, hide };
  const { clock, signal } = on;
  // Side by side: the registry's time is none of the service's.
  const [reply, domain] = await Promise.all([
    askTarget(question, { clock, timeoutMs, ...(signal ? { signal } : {}) }),
    target.conditions.some(looksAtDomain) ? askDomain(question, timeoutMs, on) : {},
  ]);
  return { target, reply: { ...reply, answer: { ...reply.answer, ...domain } }, hide };
}

async function askDomain(
  { url }: Question,
  timeoutMs: Ms,
  { registrations, clock, signal }: AskService,
): Promise<Pick<Answer, "domainExpirationMs" | "domainExpirationUnknown">> {
  const end = await registrations.endOf(hostIn(url), { timeoutMs, ...(signal ? { signal } : {}) });
  return "endsAt" in end ? { domainExpirationMs: end.endsAt - clock.now() } : { domainExpirationUnknown: end.why };
}

function isSilent(name: string, { json, answer }: Reply): boolean {
  return namedCheck(name, json === true ? readHealthBody(answer.body ?? "") : null) === "missing";
}

async function askDeclared(
  names: readonly string[],
  timeoutMs: Ms,
  on: AskService,
): Promise<Readonly<Record<string, CheckStatus>>> {
  if (timeoutMs <= 0) return {};
  const found = await Promise.all(
    names.map(async (name) => {
      const targets = declaredTargets(name, on.spec, on.secretOf);
      const asked = await Promise.all(targets.map((target) => askOne(target, timeoutMs, on)));
      const statuses = asked.map(({ target, reply }) =>
        statusOf(judge(reply, { conditions: target.conditions, checks: [] })),
      );
      return { name, statuses };
    }),
  );
  return Object.fromEntries(
    found.filter(({ statuses }) => statuses.length > 0).map(({ name, statuses }) => [name, worst(statuses)]),
  );
}

/** A judgement of ours is never `unknown`: that takes a control target. */
function statusOf({ outcome }: Judged): CheckStatus {
  return outcome === "unknown" ? "fail" : outcome;
}

function together(own: Judged, all: readonly { readonly name: string; readonly judged: Judged }[]): Judged {
  const states = Object.fromEntries(all.map(({ name, judged }) => [name, statusOf(judged)]));
  const outcome = worst(all.map(({ judged }) => statusOf(judged)));
  const conditions = all.flatMap(({ judged }) => judged.conditions ?? []);
  const told = all.find(({ judged }) => judged.outcome === outcome && judged.error !== undefined);
  const { error: _, ...rest } = own;
  return {
    ...rest,
    outcome,
    checks: { ...states, ...own.checks },
    ...(conditions.length > 0 ? { conditions } : {}),
    ...(told === undefined ? {} : { error: `${told.name}: ${told.judged.error}` }),
  };
}
