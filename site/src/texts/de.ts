import { midSentence, pluralOf, type Texts } from "./texts.ts";

const plural = pluralOf("de-DE");
const services = (n: number) => plural(n, { one: "Dienst", other: "Dienste" });
const checks = (n: number) => plural(n, { one: "Prüfung", other: "Prüfungen" });
const inARow = (n: number) => (n === 1 ? "Die letzte Prüfung ist" : `${checks(n)} in Folge sind`);

export const de: Texts = {
  locale: "de-DE",
  lang: "de",
  verdicts: {
    operational: "In Betrieb",
    degraded: "Beeinträchtigt",
    down: "Ausgefallen",
    maintenance: "In Wartung",
    unknown: "Unbekannt",
  },
  switchedOff: "Abgeschaltet",
  outcomes: {
    pass: "Bestanden",
    warn: "Mit Warnung",
    fail: "Fehlgeschlagen",
    unknown: "Unbekannt",
    missing: "Nicht gemeldet",
  },
  severities: { down: "Ausfall", degraded: "Beeinträchtigung", notice: "Hinweis" },
  statuses: {
    investigating: "Wird untersucht",
    identified: "Ursache gefunden",
    monitoring: "Wird beobachtet",
    resolved: "Behoben",
  },
  phases: { scheduled: "Angekündigt", in_progress: "Läuft", completed: "Beendet" },
  types: { api: "Schnittstellen", data: "Daten", integration: "Anbindungen", utility: "Hilfsdienste" },
  banner(verdict, n, total) {
    if (total === 0) return "Noch wird nichts überwacht";
    if (verdict === "operational") return total === 1 ? "Der Dienst ist in Betrieb" : "Alle Dienste sind in Betrieb";
    if (verdict === "unknown" && n === total) return "Warten auf Ergebnisse";
    const who = n === total ? (n === 1 ? "Der Dienst" : `Alle ${services(n)}`) : `${n} von ${services(total)}n`;
    const verb = n === 1 ? "ist" : "sind";
    if (verdict === "unknown") return `${who} ${verb} ohne aktuelle Ergebnisse`;
    return `${who} ${verb} ${{ down: "ausgefallen", degraded: "beeinträchtigt", maintenance: "in Wartung" }[verdict]}`;
  },
  because(because, { latency, duration }) {
    switch (because.is) {
      case "declared-maintenance":
        return "In Wartung, wie festgelegt.";
      case "announced-maintenance":
        return "In Wartung, wie angekündigt.";
      case "switched-off":
        return "Abgeschaltet, wie festgelegt.";
      case "never-checked":
        return "Noch nicht geprüft.";
      case "stale":
        return `Zuletzt vor ${duration(because.ageMs)} geprüft: zu lange her, um zu sagen, wie es jetzt steht.`;
      case "not-checkable":
        return `Konnte nicht geprüft werden: ${because.reason}.`;
      case "failing":
        return `${inARow(because.inRow)} fehlgeschlagen: ${because.reason}.`;
      case "failed":
        return `Die letzte Prüfung ist fehlgeschlagen (${because.reason}); ${because.inRow} von ${because.of} in Folge, bevor es zählt.`;
      case "answering-again":
        return `Antwortet wieder; ${because.inRow} von ${because.of} in Folge, bevor es als Betrieb zählt.`;
      case "ailing":
        return `Antwortet, aber nicht gut: ${because.reason}.`;
      case "ailed":
        return `Antwortet, aber nicht gut (${because.reason}); ${because.inRow} von ${because.of} in Folge, bevor es zählt.`;
      case "well-again":
        return `Antwortet wieder gut; ${because.inRow} von ${because.of} in Folge, bevor es zählt.`;
      case "answering":
        return because.latencyMs === undefined ? "Antwortet." : `Antwortet in ${latency(because.latencyMs)}.`;
    }
  },
  counted: {
    services,
    checks,
    days: (n) => plural(n, { one: "Tag", other: "Tage" }),
    answers: (n) => plural(n, { one: "Antwort", other: "Antworten" }),
    stretches: (n) => plural(n, { one: "Abschnitt", other: "Abschnitte" }),
  },
  moment: (time, date) => (date === null ? `${time} UTC` : `${date}, ${time} UTC`),
  share: (part, whole) => `${part} von ${whole}`,
  page: {
    skip: "Zum Inhalt",
    navigation: "Seiten",
    status: "Status",
    incidents: "Störungen",
    maintenance: "Wartung",
    dependencies: "Abhängigkeiten",
    deployments: "Auslieferungen",
    about: "Über die Zahlen",
    aboutShort: "Über",
    subscribe: "Abonnieren",
    calendar: "Kalender",
    links: "Verweise",
    builtAt: (moment) => `Erstellt: ${moment}.`,
    timesAreUtc: "Alle Zeiten in UTC.",
    madeWith: "Erstellt mit Fairlead",
    dataFrom: (moment, every) => `Daten von ${moment}, geprüft alle ${every}`,
    noData: "Noch keine Daten: Es wurde noch nichts geprüft.",
    breadcrumb: "Wo Sie sind",
  },
  overview: {
    nothingDeclared: "Noch ist kein Dienst beschrieben.",
    openIncidents: "Offene Störungen",
    maintenanceNow: "Wartung",
    recent: "Letzte 14 Tage",
    noneRecent: "Keine Störungen in den letzten 14 Tagen.",
    all: "Alle Störungen",
    uptime: "Verfügbarkeit",
    medianLatency: "Mittlere Antwortzeit",
    howToRead: "So liest man diese Seite",
    reading:
      "Jeder Balken ist einer der letzten 90 Tage; was ein Tag brachte, steht auf der Seite des Dienstes. Verfügbarkeit ist der Anteil der bekannten Zeit, in der ein Dienst geantwortet hat. Die Zahl neben der Linie ist der Median der Antwortzeiten der letzten 24 Stunden.",
    known: (share) => `${share} bekannt`,
    knownDays: (known, all) => `${known} von ${all}`,
    barsNothing: (days) => `Letzte ${days}: noch keine Ergebnisse`,
    bars: (days, parts) => `Letzte ${days}: ${parts}`,
    barsWithout: (days) => `${days} ohne Ergebnisse`,
    barsPart: (days, verdict) => `${days} ${midSentence(verdict)}`,
  },
  legend: {
    operational: "alles in Ordnung",
    degraded: "langsam oder zeitweise gestört",
    down: "gestört",
    maintenance: "angekündigte Arbeiten",
    unknown: "keine Ergebnisse",
  },
  service: {
    all: "Alle Dienste",
    now: "Jetzt",
    keptBy: (owner) => `betreut von ${owner}`,
    lastDays: (n) => `Letzte ${n} Tage`,
    noResults: "Noch keine Ergebnisse",
    up: (percent) => `${percent} verfügbar`,
    dayByDay: "Tag für Tag",
    pickADay: "Wählen Sie einen Tag, um seine Zahlen zu sehen; Pfeiltasten führen von Tag zu Tag.",
    noResultsThatDay: "keine Ergebnisse",
    passed: (passed, actual) => `${passed} von ${actual} Prüfungen bestanden`,
    slow: (n) => `davon ${n} langsam oder mit Warnung`,
    due: (expected, missing) => `${expected} waren fällig${missing === null ? "" : `, ${missing} liefen nicht`}`,
    timeKnown: "Bekannt",
    timeUnknown: "Unbekannt",
    timeDown: "Ausgefallen",
    timeDegraded: "Beeinträchtigt",
    timeMaintenance: "In Wartung",
    responseTime: "Antwortzeit",
    period: "Zeitraum",
    median: "Median",
    p95: "95. Perzentil",
    p99: "99. Perzentil",
    answers: "Antworten",
    lastHours: (n) => `Letzte ${n}`,
    chart: (of, median, p95, p99) =>
      `Antwortzeit der neuesten ${of}: Median ${median}, 95. Perzentil ${p95}, 99. Perzentil ${p99}`,
    newest: (of) => `${of}, älteste bis neueste`,
    strokes: "Ein Strich vom Boden aufwärts ist eine fehlgeschlagene Prüfung.",
    notMeasured: "In den letzten 24 Stunden wurde keine Antwort gemessen.",
    namedChecks: "Benannte Prüfungen",
    conditions: "Bedingungen",
    held: "Erfüllt",
    missed: "Verfehlt",
    notChecked: "Nicht geprüft",
    latestChecks: "Neueste Prüfungen",
    noCheck: "Noch lief keine Prüfung.",
    time: "Zeit (UTC)",
    outcome: "Ergebnis",
    status: "Status",
    response: "Antwort",
    keptHere: (shown, all, failed) =>
      `Die neuesten ${shown} von ${all}, die hier stehen${failed === null ? "" : `; von den übrigen nicht bestanden: ${failed}`}.`,
    endpoints: "Endpunkte",
    needs: "Braucht",
    neededBy: "Gebraucht von",
    noOther: "Kein anderer Dienst.",
    releases: "Versionen",
    release: "Version",
    made: "Erstellt",
    commit: "Commit",
    workingFolder: "Arbeitsordner",
    incidentsOfDays: "Störungen",
    noIncidents: "Keine Störungen verzeichnet.",
    follow: "Diesen Dienst verfolgen",
    badge: "Plakette",
    badgeSnippet: "Markdown für eine README",
    configuration: "Konfiguration",
    general: "Allgemein",
    notEnforced: "Beschrieben, aber noch nicht durchgesetzt:",
    notEnforcedYet: "noch nicht durchgesetzt",
    objective: "Zugesagtes Niveau",
    availability: "Verfügbarkeit",
    budget: "Fehlerbudget",
    budgetLeft: "Übrig",
    budgetSpent: "Verbraucht",
    burnRate: "Verbrauchsrate",
    burning: "Das Budget wird schnell verbraucht.",
    latencyGoal: "Antwortzeit",
    within: (window) => `über ${window}`,
    month: "Monat",
    kept: "Gehalten",
    broken: "Verfehlt",
    running: "Läuft noch",
  },
  incidents: {
    title: "Störungen",
    open: "Jetzt offen",
    noneOpen: "Keine Störung ist offen.",
    past: "Frühere Störungen",
    none: "Keine Störungen verzeichnet.",
    noneIn: (month) => `Keine Störungen im Monat ${month}.`,
    goesOn: "Dauert an",
    since: (moment) => `seit ${moment}`,
    lasted: "Dauerte",
    soFar: "Bisher",
    affected: "Betroffen",
    began: "Beginn",
    ended: "Ende",
    severity: "Schwere",
    stretches: "Wie lange genau",
    stretch: "Abschnitt",
    duration: "Dauer",
    sum: "Zusammen",
    updates: "Verlauf",
    postmortem: "Rückblick: was geschah und was wir lernten",
    automatic: "Von den Prüfungen selbst geöffnet und geschlossen.",
    written: "Von Menschen geschrieben.",
    olderMonth: "Früher",
    newerMonth: "Später",
    byMonth: "Nach Monat",
    all: "Alle Störungen",
    permanent: "Dauerhafter Verweis",
    automaticTitle: (name, severity, isOpen) =>
      `${name} ${isOpen ? "ist" : "war"} ${{ down: "ausgefallen", degraded: "beeinträchtigt" }[severity]}`,
    says: {
      down: "Der Dienst ist ausgefallen",
      "down-again": "Der Dienst ist erneut ausgefallen",
      degraded: "Der Dienst antwortet, aber nicht gut",
      "degraded-again": "Der Dienst antwortet erneut nicht gut",
      worse: "Es ist schlimmer geworden, der Dienst ist jetzt ausgefallen",
      better: "Es ist besser geworden: Der Dienst antwortet, aber noch nicht gut",
      unconfirmed: "Spätere Ergebnisse bestätigen es nicht",
      unwatched: "Der Dienst wird nicht mehr überwacht",
    },
    sentence: (clause, reason) => `${clause}${reason === null ? "" : `: ${reason}`}.`,
    recovered: (lasted, stretches) =>
      stretches === null
        ? `Nach ${lasted} läuft der Dienst wieder.`
        : `Der Dienst läuft wieder. Insgesamt hat die Störung ${lasted} gedauert, in ${stretches}n.`,
  },
  maintenance: {
    title: "Wartung",
    running: "Läuft",
    coming: "Kommend",
    past: "Vergangen",
    none: "Keine Wartung ist angekündigt.",
    noneComing: "Nichts ist angekündigt.",
    everything: "Alle Dienste",
    repeats: "Wiederholt sich",
    every: { DAILY: "Jeden Tag", WEEKLY: "Jede Woche", MONTHLY: "Jeden Monat", YEARLY: "Jedes Jahr" },
    subscribe: "Kalender abonnieren",
    span: (from, to, length) => `${from} bis ${to} (${length})`,
    meaning: "Zeit in einem Wartungsfenster zählt weder für noch gegen die Verfügbarkeit eines Dienstes.",
  },
  dependencies: {
    title: "Abhängigkeiten",
    lead: "Was braucht was? Linien führen von einem Dienst nach rechts zu denen, die er braucht; Linien zu gestörten Diensten sind hervorgehoben.",
    map: "Karte",
    list: "Als Liste",
    alone: "Braucht keinen anderen Dienst und wird von keinem gebraucht",
    nothing: "Kein Dienst gibt an, einen anderen zu brauchen.",
  },
  deployments: {
    title: "Auslieferungen",
    lead: "Versionen, die aufbewahrt sind, die neueste zuerst.",
    nothing: "Noch wurde keine Version erstellt.",
    outcomes: { serving: "Aktiv", replaced: "Nicht aktiv", held: "Zurückgenommen", rolling: "Wird ausgerollt" },
    because: (reason) => `weil: ${reason}`,
  },
  missing: {
    title: "Diese Seite gibt es nicht",
    says: "Vielleicht wurde der Dienst umbenannt oder entfernt.",
    seeAll: "Alle Dienste ansehen",
  },
  about: {
    title: "Wie die Zahlen entstehen",
    lead: "Jede Zahl auf dieser Website lässt sich aus Zählungen nachrechnen, die in Git aufbewahrt und mit ihr veröffentlicht werden.",
    sections: [
      {
        title: "Was gefragt wird",
        says: [
          "Jeder Dienst wird immer wieder gefragt, in dem Abstand, den seine Seite nennt, und über das Protokoll, das er spricht. Eine Antwort besteht, wenn sie rechtzeitig kommt und jede Bedingung des Dienstes erfüllt; eine langsame, oder eine, die selbst eine Warnung meldet, gilt als Warnung; alles andere ist ein Fehlschlag.",
        ],
      },
      {
        title: "Erst bestätigt, dann gezählt",
        says: [
          "Eine fehlgeschlagene Prüfung ist noch kein Ausfall. Erst nach mehreren in Folge (drei, wenn der Dienst nichts anderes sagt) gilt er als ausgefallen, und zwar seit der ersten. In Betrieb ist er wieder nach so vielen guten Prüfungen, wie er festlegt, seit der ersten davon. Langsame Prüfungen machen ihn auf dieselbe Weise beeinträchtigt.",
        ],
      },
      {
        title: "Bekannte und unbekannte Zeit",
        says: [
          "Eine Prüfung steht für die Zeit bis zur nächsten fälligen. Wo Prüfungen nicht liefen, oder wo der Prüfer selbst kein Netz hatte, ist die Zeit unbekannt: Sie zählt weder als Betrieb noch als Ausfall, und ihr Anteil steht neben der Verfügbarkeit.",
        ],
      },
      {
        title: "Verfügbarkeit",
        says: [
          "Verfügbarkeit ist die Zeit in Betrieb und mit Beeinträchtigung, geteilt durch die Zeit in Betrieb, mit Beeinträchtigung und im Ausfall. Prozente werden abgerundet: 100 % heißt, dass keine Sekunde fehlt. Wo nichts bekannt ist, steht keine Zahl.",
        ],
      },
      {
        title: "Wartung",
        says: [
          "Zeit in einem angekündigten Wartungsfenster zählt weder für noch gegen einen Dienst. Sie wird für sich gezeigt.",
        ],
      },
      {
        title: "Antwortzeiten",
        says: [
          "Perzentile stammen aus einer Skizze aller Antworten des Zeitraums, mit höchstens 2 % Fehler: Die Hälfte der Antworten war schneller als der Median, 95 von 100 schneller als das 95. Perzentil.",
        ],
      },
      {
        title: "Was wie lange aufbewahrt wird",
        says: [
          "Einzelne Prüfungen 48 Stunden, Zählungen je Stunde 90 Tage, Zählungen je Tag 400 Tage und Zählungen je Monat für immer, wenn der Betreiber nichts anderes gewählt hat. Aufbewahrt werden Sekunden und Anzahlen, nie Prozente.",
        ],
      },
      {
        title: "Selbst nachrechnen",
        says: [
          "Der Befehl {verify} mit --site und dem Ordner einer gebauten Seite zählt in einem Klon des Repositorys die Zahlen in data.json nach: Tage, Verfügbarkeit, Perzentile und Serviceziele aus dem Aufbewahrten, das Banner aus den Diensten und die Dauer der Störungen aus ihren Abschnitten. Er nennt jede, die abweicht. data.json nennt den Commit der Aufzeichnungen, aus dem es entstand, außer wenn es während der Überwachung gezeichnet wurde. Seiten und Badges entstehen aus denselben Daten und werden nicht gelesen.",
        ],
      },
    ],
    machines: "Für Programme",
    machinesSay: "Dieselben Tatsachen für Feedreader, Kalender und Überwachung:",
    files: {
      data: "Alles, was diese Website zeigt, als JSON",
      health: "Das Ganze als application/health+json",
      summary: "In der Form der Statuspage-API, Version 2",
      rss: "Störungen und Wartung als RSS",
      atom: "Dasselbe als Atom",
      calendar: "Wartung als Kalender",
      badge: "Eine Plakette mit dem Status",
      sitemap: "Alle Seiten",
    },
  },
};
