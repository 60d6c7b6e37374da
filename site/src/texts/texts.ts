import type { ServicePage, SiteData, SiteIncident, SiteMaintenance } from "../../../src/model/site-data.ts";
import type { AutomaticUpdate } from "../../../src/site/automatic-updates.ts";

type Verdict = SiteData["verdict"];
export type Because = NonNullable<ServicePage["because"]>;
export type Outcome = ServicePage["samples"][number]["outcome"] | "missing";

/**
 * Every word of the site, one table a language: a missing one does not compile. Figures, dates and durations arrive
 * written (`lib/format.ts`); what a service or a person said stays as it was said.
 */
export interface Texts {
  /** For Intl: `en-GB`. */
  readonly locale: string;
  /** For `<html lang>`. */
  readonly lang: string;

  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly switchedOff: string;
  readonly outcomes: Readonly<Record<Outcome, string>>;
  readonly severities: Readonly<Record<SiteIncident["severity"], string>>;
  readonly statuses: Readonly<Record<SiteIncident["updates"][number]["status"], string>>;
  readonly phases: Readonly<Record<SiteMaintenance["phase"], string>>;
  readonly types: Readonly<Record<string, string>>;

  /** The banner: `n` services of `total` have the gravest verdict. */
  banner(verdict: Verdict, n: number, total: number): string;
  because(because: Because, write: { latency(ms: number): string; duration(ms: number): string }): string;

  readonly counted: {
    services(n: number): string;
    days(n: number): string;
    checks(n: number): string;
    answers(n: number): string;
    stretches(n: number): string;
  };
  moment(time: string, date: string | null): string;
  share(part: string, whole: string): string;

  readonly page: {
    readonly skip: string;
    readonly navigation: string;
    readonly status: string;
    readonly incidents: string;
    readonly maintenance: string;
    readonly dependencies: string;
    readonly deployments: string;
    readonly about: string;
    /** In the navigation. */
    readonly aboutShort: string;
    readonly subscribe: string;
    readonly calendar: string;
    readonly links: string;
    builtAt(moment: string): string;
    readonly timesAreUtc: string;
    readonly madeWith: string;
    dataFrom(moment: string, every: string): string;
    readonly noData: string;
    readonly breadcrumb: string;
  };

  readonly overview: {
    readonly nothingDeclared: string;
    readonly openIncidents: string;
    readonly maintenanceNow: string;
    readonly recent: string;
    readonly noneRecent: string;
    readonly all: string;
    readonly uptime: string;
    readonly medianLatency: string;
    readonly howToRead: string;
    readonly reading: string;
    known(share: string): string;
    knownDays(known: string, all: string): string;
    barsNothing(days: string): string;
    bars(days: string, parts: string): string;
    barsWithout(days: string): string;
    barsPart(days: string, verdict: string): string;
  };

  readonly legend: Readonly<Record<Verdict, string>>;

  readonly service: {
    readonly all: string;
    readonly now: string;
    keptBy(owner: string): string;
    lastDays(n: number): string;
    readonly noResults: string;
    up(percent: string): string;
    readonly dayByDay: string;
    readonly pickADay: string;
    readonly noResultsThatDay: string;
    passed(passed: string, actual: string): string;
    slow(n: string): string;
    due(expected: string, missing: string | null): string;
    readonly timeKnown: string;
    readonly timeUnknown: string;
    readonly timeDown: string;
    readonly timeDegraded: string;
    readonly timeMaintenance: string;
    readonly responseTime: string;
    readonly period: string;
    readonly median: string;
    readonly p95: string;
    readonly p99: string;
    readonly answers: string;
    lastHours(n: string): string;
    chart(checks: string, median: string, p95: string, p99: string): string;
    newest(checks: string): string;
    readonly strokes: string;
    readonly notMeasured: string;
    readonly namedChecks: string;
    readonly conditions: string;
    readonly held: string;
    readonly missed: string;
    readonly notChecked: string;
    readonly latestChecks: string;
    readonly noCheck: string;
    readonly time: string;
    readonly outcome: string;
    readonly status: string;
    readonly response: string;
    keptHere(shown: string, all: string, failed: string | null): string;
    readonly endpoints: string;
    readonly needs: string;
    readonly neededBy: string;
    readonly noOther: string;
    readonly releases: string;
    readonly release: string;
    readonly made: string;
    readonly commit: string;
    readonly workingFolder: string;
    readonly incidentsOfDays: string;
    readonly noIncidents: string;
    readonly follow: string;
    readonly badge: string;
    readonly badgeSnippet: string;
    readonly configuration: string;
    readonly general: string;
    readonly notEnforced: string;
    readonly notEnforcedYet: string;
    readonly objective: string;
    readonly availability: string;
    readonly budget: string;
    readonly budgetLeft: string;
    readonly budgetSpent: string;
    readonly burnRate: string;
    readonly burning: string;
    readonly latencyGoal: string;
    within(window: string): string;
    readonly month: string;
    readonly kept: string;
    readonly broken: string;
    readonly running: string;
  };

  readonly incidents: {
    readonly title: string;
    readonly open: string;
    readonly noneOpen: string;
    readonly past: string;
    readonly none: string;
    noneIn(month: string): string;
    readonly goesOn: string;
    since(moment: string): string;
    readonly lasted: string;
    readonly soFar: string;
    readonly affected: string;
    readonly began: string;
    readonly ended: string;
    readonly severity: string;
    readonly stretches: string;
    readonly stretch: string;
    readonly duration: string;
    readonly sum: string;
    readonly updates: string;
    readonly postmortem: string;
    readonly automatic: string;
    readonly written: string;
    readonly olderMonth: string;
    readonly newerMonth: string;
    readonly byMonth: string;
    readonly all: string;
    readonly permanent: string;
    /** Of an incident that nobody wrote. */
    automaticTitle(name: string, severity: "down" | "degraded", isOpen: boolean): string;
    /** Clauses without a full stop, which `sentence` makes sentences of. */
    readonly says: Readonly<Record<Exclude<AutomaticUpdate["is"], "recovered">, string>>;
    sentence(clause: string, reason: string | null): string;
    /** `stretches` where it was more than one: then `lasted` is their sum. */
    recovered(lasted: string, stretches: string | null): string;
  };

  readonly maintenance: {
    readonly title: string;
    readonly running: string;
    readonly coming: string;
    readonly past: string;
    readonly none: string;
    readonly noneComing: string;
    readonly everything: string;
    readonly repeats: string;
    /** By the words of RFC 5545. */
    readonly every: Readonly<Record<"DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY", string>>;
    readonly subscribe: string;
    span(from: string, to: string, length: string): string;
    readonly meaning: string;
  };

  readonly dependencies: {
    readonly title: string;
    readonly lead: string;
    readonly map: string;
    readonly list: string;
    readonly alone: string;
    readonly nothing: string;
  };

  readonly deployments: {
    readonly title: string;
    readonly lead: string;
    readonly nothing: string;
    readonly outcomes: Readonly<Record<"serving" | "replaced" | "held" | "rolling", string>>;
    because(reason: string): string;
  };

  readonly missing: { readonly title: string; readonly says: string; readonly seeAll: string };

  readonly about: {
    readonly title: string;
    readonly lead: string;
    /** Heading and paragraphs. `{…}` names a place for code: `{verify}`. */
    readonly sections: readonly { readonly title: string; readonly says: readonly string[] }[];
    readonly machines: string;
    readonly machinesSay: string;
    readonly files: Readonly<
      Record<"data" | "health" | "summary" | "rss" | "atom" | "calendar" | "badge" | "sitemap", string>
    >;
  };
}

/** The right form of a word for a number, by the language's own rules. */
export function pluralOf(
  locale: string,
): (n: number, forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string }) => string {
  const rules = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (n, forms) => `${number.format(n)} ${forms[rules.select(n)] ?? forms.other}`;
}

/** A word as it stands within a sentence: `in Betrieb`. Only its first letter depends on where it stands. */
export function midSentence(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}
