import { midSentence, pluralOf, type Texts } from "./texts.ts";

const plural = pluralOf("en-GB");
const services = (n: number) => plural(n, { one: "service", other: "services" });
const checks = (n: number) => plural(n, { one: "check", other: "checks" });
const inARow = (n: number) => (n === 1 ? "The last check" : `${checks(n)} in a row`);

export const en: Texts = {
  locale: "en-GB",
  lang: "en",
  verdicts: {
    operational: "Operational",
    degraded: "Degraded",
    down: "Down",
    maintenance: "Maintenance",
    unknown: "Unknown",
  },
  switchedOff: "Switched off",
  outcomes: { pass: "Passed", warn: "Warned", fail: "Failed", unknown: "Unknown", missing: "Not reported" },
  severities: { down: "Outage", degraded: "Degraded", notice: "Notice" },
  statuses: {
    investigating: "Investigating",
    identified: "Identified",
    monitoring: "Monitoring",
    resolved: "Resolved",
  },
  phases: { scheduled: "Announced", in_progress: "In progress", completed: "Completed" },
  types: { api: "APIs", data: "Data", integration: "Integrations", utility: "Utilities" },
  banner(verdict, n, total) {
    if (total === 0) return "Nothing is watched yet";
    if (verdict === "operational") return total === 1 ? "The service is operational" : "All systems operational";
    if (verdict === "unknown" && n === total) return "Waiting for results";
    const who = n === total ? (n === 1 ? "The service" : `All ${services(n)}`) : `${n} of ${services(total)}`;
    if (verdict === "unknown") return `${who} ${n === 1 ? "has" : "have"} no recent results`;
    const how = { down: "down", degraded: "degraded", maintenance: "in maintenance" }[verdict];
    return `${who} ${n === 1 ? "is" : "are"} ${how}`;
  },
  because(because, { latency, duration }) {
    switch (because.is) {
      case "declared-maintenance":
        return "In maintenance, as declared.";
      case "announced-maintenance":
        return "In maintenance, as announced.";
      case "switched-off":
        return "Switched off, as declared.";
      case "never-checked":
        return "Not checked yet.";
      case "stale":
        return `Last checked ${duration(because.ageMs)} ago, too long to say how it is now.`;
      case "not-checkable":
        return `It could not be checked: ${because.reason}.`;
      case "failing":
        return `${inARow(because.inRow)} failed: ${because.reason}.`;
      case "failed":
        return `The last check failed (${because.reason}); ${because.inRow} of ${because.of} in a row before it counts.`;
      case "answering-again":
        return `Answering again; ${because.inRow} of ${because.of} in a row before it counts as up.`;
      case "ailing":
        return `Answers, but not well: ${because.reason}.`;
      case "ailed":
        return `Answers, but not well (${because.reason}); ${because.inRow} of ${because.of} in a row before it counts.`;
      case "well-again":
        return `Answering well again; ${because.inRow} of ${because.of} in a row before it counts.`;
      case "answering":
        return because.latencyMs === undefined ? "Answering." : `Answering in ${latency(because.latencyMs)}.`;
    }
  },
  counted: {
    services,
    checks,
    days: (n) => plural(n, { one: "day", other: "days" }),
    answers: (n) => plural(n, { one: "answer", other: "answers" }),
    stretches: (n) => plural(n, { one: "stretch", other: "stretches" }),
  },
  moment: (time, date) => (date === null ? `${time} UTC` : `${date}, ${time} UTC`),
  share: (part, whole) => `${part} of ${whole}`,
  page: {
    skip: "Skip to content",
    navigation: "Pages",
    status: "Status",
    incidents: "Incidents",
    maintenance: "Maintenance",
    dependencies: "Dependencies",
    deployments: "Deployments",
    about: "About the figures",
    aboutShort: "About",
    subscribe: "Subscribe",
    calendar: "Calendar",
    links: "Links",
    builtAt: (moment) => `Built ${moment}.`,
    timesAreUtc: "All times are UTC.",
    madeWith: "Made with Fairlead",
    dataFrom: (moment, every) => `Data from ${moment}, checked every ${every}`,
    noData: "No data yet: nothing has been checked.",
    breadcrumb: "Where you are",
  },
  overview: {
    nothingDeclared: "No service is declared yet.",
    openIncidents: "Open incidents",
    maintenanceNow: "Maintenance",
    recent: "Last 14 days",
    noneRecent: "No incidents in the last 14 days.",
    all: "All incidents",
    uptime: "Uptime",
    medianLatency: "Median response time",
    howToRead: "How to read this page",
    reading:
      "Each bar is a day of the last 90; open a service to see what a day held. Uptime is the share of the known time in which a service answered. The figure beside the line is the median response time of the last 24 hours.",
    known: (share) => `${share} known`,
    knownDays: (known, all) => `${known} of ${all}`,
    barsNothing: (days) => `Last ${days}: no results yet`,
    bars: (days, parts) => `Last ${days}: ${parts}`,
    barsWithout: (days) => `${days} without results`,
    barsPart: (days, verdict) => `${days} ${midSentence(verdict)}`,
  },
  legend: {
    operational: "nothing amiss",
    degraded: "slow, or failing at times",
    down: "failing",
    maintenance: "announced work",
    unknown: "no results",
  },
  service: {
    all: "All services",
    now: "Now",
    keptBy: (owner) => `kept by ${owner}`,
    lastDays: (n) => `Last ${n} days`,
    noResults: "No results yet",
    up: (percent) => `${percent} up`,
    dayByDay: "Day by day",
    pickADay: "Choose a day to see its figures; arrow keys go from day to day.",
    noResultsThatDay: "no results",
    passed: (passed, actual) => `${passed} of ${actual} checks passed`,
    slow: (n) => `${n} of them slow or with a warning`,
    due: (expected, missing) => `${expected} were due${missing === null ? "" : `, ${missing} did not run`}`,
    timeKnown: "Known",
    timeUnknown: "Unknown",
    timeDown: "Down",
    timeDegraded: "Degraded",
    timeMaintenance: "Maintenance",
    responseTime: "Response time",
    period: "Period",
    median: "Median",
    p95: "95th percentile",
    p99: "99th percentile",
    answers: "Answers",
    lastHours: (n) => `Last ${n}`,
    chart: (of, median, p95, p99) =>
      `Response time of the newest ${of}: median ${median}, 95th percentile ${p95}, 99th percentile ${p99}`,
    newest: (of) => `${of}, oldest to newest`,
    strokes: "A stroke rising from the ground is a failed check.",
    notMeasured: "No answer was measured in the last 24 hours.",
    namedChecks: "Named checks",
    conditions: "Conditions",
    held: "Held",
    missed: "Missed",
    notChecked: "Not checked",
    latestChecks: "Latest checks",
    noCheck: "No check has run yet.",
    time: "Time (UTC)",
    outcome: "Outcome",
    status: "Status",
    response: "Response",
    keptHere: (shown, all, failed) =>
      `The newest ${shown} of ${all} kept here${failed === null ? "" : `; of the others, ${failed} did not pass`}.`,
    endpoints: "Endpoints",
    needs: "Needs",
    neededBy: "Needed by",
    noOther: "No other service.",
    releases: "Releases",
    release: "Release",
    made: "Made",
    commit: "Commit",
    workingFolder: "working folder",
    incidentsOfDays: "Incidents",
    noIncidents: "No incidents are recorded.",
    follow: "Follow this service",
    badge: "Badge",
    badgeSnippet: "Markdown for a README",
    configuration: "Configuration",
    general: "General",
    notEnforced: "Declared, but not enforced yet:",
    notEnforcedYet: "not enforced yet",
    objective: "Service level objective",
    availability: "Availability",
    budget: "Error budget",
    budgetLeft: "Left",
    budgetSpent: "Spent",
    burnRate: "Burn rate",
    burning: "The budget is burning fast.",
    latencyGoal: "Response time",
    within: (window) => `over ${window}`,
    month: "Month",
    kept: "Kept",
    broken: "Missed",
    running: "Still running",
  },
  incidents: {
    title: "Incidents",
    open: "Open now",
    noneOpen: "No incident is open.",
    past: "Past incidents",
    none: "No incidents are recorded.",
    noneIn: (month) => `No incidents in ${month}.`,
    goesOn: "Goes on",
    since: (moment) => `since ${moment}`,
    lasted: "Lasted",
    soFar: "So far",
    affected: "Affected",
    began: "Began",
    ended: "Ended",
    severity: "Severity",
    stretches: "How long, exactly",
    stretch: "Stretch",
    duration: "Duration",
    sum: "Together",
    updates: "Updates",
    postmortem: "Afterwards: what happened and what was learnt",
    automatic: "Opened and closed by the checks themselves.",
    written: "Written by people.",
    olderMonth: "Earlier",
    newerMonth: "Later",
    byMonth: "By month",
    all: "All incidents",
    permanent: "Permanent link",
    automaticTitle: (name, severity, isOpen) => `${name} ${isOpen ? "is" : "was"} ${severity}`,
    says: {
      down: "It is down",
      "down-again": "It is down again",
      degraded: "It answers, but not well",
      "degraded-again": "Again it answers, but not well",
      worse: "It got worse and is down now",
      better: "It got better: it answers, but not well",
      unconfirmed: "Later results do not bear it out",
      unwatched: "It is not watched any more",
    },
    sentence: (clause, reason) => `${clause}${reason === null ? "" : `: ${reason}`}.`,
    recovered: (lasted, stretches) =>
      stretches === null
        ? `It works again, after ${lasted}.`
        : `It works again. The trouble lasted ${lasted} in total, in ${stretches}.`,
  },
  maintenance: {
    title: "Maintenance",
    running: "In progress",
    coming: "Coming",
    past: "Past",
    none: "No maintenance is announced.",
    noneComing: "Nothing is announced.",
    everything: "All services",
    repeats: "Repeats",
    every: { DAILY: "Every day", WEEKLY: "Every week", MONTHLY: "Every month", YEARLY: "Every year" },
    subscribe: "Subscribe to the calendar",
    span: (from, to, length) => `${from} to ${to} (${length})`,
    meaning: "Time in a window counts neither for nor against a service's uptime.",
  },
  dependencies: {
    title: "Dependencies",
    lead: "What needs what. Lines lead from a service to those that it needs, on its right; lines to a service in trouble are marked.",
    map: "Map",
    list: "As a list",
    alone: "Needs no other service and is needed by none",
    nothing: "No service declares that it needs another.",
  },
  deployments: {
    title: "Deployments",
    lead: "Releases that are kept, the newest first.",
    nothing: "No release has been made yet.",
    outcomes: { serving: "Serving", replaced: "Not serving", held: "Rolled back", rolling: "Rolling out" },
    because: (reason) => `because ${reason}`,
  },
  missing: {
    title: "There is no such page",
    says: "The service may have been renamed or removed.",
    seeAll: "See all services",
  },
  about: {
    title: "How the figures are made",
    lead: "Every figure on this site can be worked out again from counts that are kept in Git and published with it.",
    sections: [
      {
        title: "What is asked",
        says: [
          "Each service is asked again and again, at the interval that its page names, over the protocol that it speaks. An answer passes when it comes in time and meets every condition that the service declares; an answer that is slow, or that reports a warning itself, is a warning; all else is a failure.",
        ],
      },
      {
        title: "Confirmed before it counts",
        says: [
          "One failed check is not an outage. Only after several failures in a row (three, unless the service says otherwise) a service is down, and then since the first of them. It is up again after as many good checks as it declares, since the first of those. Slow checks make it degraded in the same way.",
        ],
      },
      {
        title: "Known and unknown time",
        says: [
          "A check vouches for the time until the next is due. Where checks did not run, or where the checker itself had no network, the time is unknown: it counts neither as up nor as down, and its share is shown beside the uptime.",
        ],
      },
      {
        title: "Uptime",
        says: [
          "Uptime is operational and degraded time divided by operational, degraded and down time. Percentages are rounded down, so that 100 % means that not a second is missing. Where nothing is known there is no figure.",
        ],
      },
      {
        title: "Maintenance",
        says: [
          "Time in an announced maintenance window counts neither for nor against a service. It is shown by itself.",
        ],
      },
      {
        title: "Response times",
        says: [
          "Percentiles are read from a sketch of all answers of the period, with an error of at most 2 %: half of the answers were faster than the median, 95 of 100 faster than the 95th percentile.",
        ],
      },
      {
        title: "What is kept, and how long",
        says: [
          "Single checks are kept for 48 hours, counts by hour for 90 days, counts by day for 400 days and counts by month for ever, unless the operator has chosen otherwise. Seconds and counts are kept, percentages never.",
        ],
      },
      {
        title: "Check it yourself",
        says: [
          "The command {verify} with --site and a built site's folder, run in a clone of the repository, counts the figures in data.json again: days, uptime, percentiles and service level objectives from what is kept, the banner from the services, and how long incidents took from their stretches. It names each that differs. data.json names the commit of the history that it was made of, unless it was drawn while watching. Pages and badges are drawn from the same data and are not read.",
        ],
      },
    ],
    machines: "For programs",
    machinesSay: "The same facts, for feed readers, calendars and monitors:",
    files: {
      data: "Everything that this site shows, as JSON",
      health: "The whole as application/health+json",
      summary: "In the shape of Statuspage's API, version 2",
      rss: "Incidents and maintenance as RSS",
      atom: "The same as Atom",
      calendar: "Maintenance as a calendar",
      badge: "A badge with the status",
      sitemap: "All pages",
    },
  },
};
