import { midSentence, pluralOf, type Texts } from "./texts.ts";

const plural = pluralOf("es-ES");
const services = (n: number) => plural(n, { one: "servicio", other: "servicios" });
const checks = (n: number) => plural(n, { one: "comprobación", other: "comprobaciones" });
const inARow = (n: number) => (n === 1 ? "La última comprobación falló" : `${checks(n)} seguidas fallaron`);

export const es: Texts = {
  locale: "es-ES",
  lang: "es",
  verdicts: {
    operational: "Operativo",
    degraded: "Degradado",
    down: "Caído",
    maintenance: "En mantenimiento",
    unknown: "Desconocido",
  },
  switchedOff: "Apagado",
  outcomes: { pass: "Superada", warn: "Con aviso", fail: "Fallida", unknown: "Desconocida", missing: "Sin informar" },
  severities: { down: "Caída", degraded: "Degradación", notice: "Aviso" },
  statuses: {
    investigating: "En investigación",
    identified: "Causa identificada",
    monitoring: "En observación",
    resolved: "Resuelta",
  },
  phases: { scheduled: "Anunciado", in_progress: "En curso", completed: "Terminado" },
  types: { api: "API", data: "Datos", integration: "Integraciones", utility: "Utilidades" },
  banner(verdict, n, total) {
    if (total === 0) return "Todavía no se vigila nada";
    if (verdict === "operational")
      return total === 1 ? "El servicio está operativo" : "Todos los servicios están operativos";
    if (verdict === "unknown" && n === total) return "A la espera de resultados";
    const who = n === total ? (n === 1 ? "El servicio" : `Los ${services(n)}`) : `${n} de ${services(total)}`;
    const is = n === 1;
    if (verdict === "unknown") return `${who} ${is ? "no tiene" : "no tienen"} resultados recientes`;
    const how = {
      down: is ? "caído" : "caídos",
      degraded: is ? "degradado" : "degradados",
      maintenance: "en mantenimiento",
    }[verdict];
    return `${who} ${is ? "está" : "están"} ${how}`;
  },
  because(because, { latency, duration }) {
    switch (because.is) {
      case "declared-maintenance":
        return "En mantenimiento, según lo declarado.";
      case "announced-maintenance":
        return "En mantenimiento, según lo anunciado.";
      case "switched-off":
        return "Apagado, según lo declarado.";
      case "never-checked":
        return "Aún no se ha comprobado.";
      case "stale":
        return `Última comprobación hace ${duration(because.ageMs)}: demasiado para decir cómo está ahora.`;
      case "not-checkable":
        return `No se pudo comprobar: ${because.reason}.`;
      case "failing":
        return `${inARow(because.inRow)}: ${because.reason}.`;
      case "failed":
        return `La última comprobación falló (${because.reason}); ${because.inRow} de ${because.of} seguidas antes de que cuente.`;
      case "answering-again":
        return `Responde de nuevo; ${because.inRow} de ${because.of} seguidas antes de contar como operativo.`;
      case "ailing":
        return `Responde, pero no bien: ${because.reason}.`;
      case "ailed":
        return `Responde, pero no bien (${because.reason}); ${because.inRow} de ${because.of} seguidas antes de que cuente.`;
      case "well-again":
        return `Responde bien de nuevo; ${because.inRow} de ${because.of} seguidas antes de que cuente.`;
      case "answering":
        return because.latencyMs === undefined ? "Responde." : `Responde en ${latency(because.latencyMs)}.`;
    }
  },
  counted: {
    services,
    checks,
    days: (n) => plural(n, { one: "día", other: "días" }),
    answers: (n) => plural(n, { one: "respuesta", other: "respuestas" }),
    stretches: (n) => plural(n, { one: "tramo", other: "tramos" }),
  },
  moment: (time, date) => (date === null ? `${time} UTC` : `${date}, ${time} UTC`),
  share: (part, whole) => `${part} de ${whole}`,
  page: {
    skip: "Ir al contenido",
    navigation: "Páginas",
    status: "Estado",
    incidents: "Incidencias",
    maintenance: "Mantenimiento",
    dependencies: "Dependencias",
    deployments: "Despliegues",
    about: "Sobre las cifras",
    aboutShort: "Acerca de",
    subscribe: "Suscribirse",
    calendar: "Calendario",
    links: "Enlaces",
    builtAt: (moment) => `Generado: ${moment}.`,
    timesAreUtc: "Todas las horas en UTC.",
    madeWith: "Hecho con Fairlead",
    dataFrom: (moment, every) => `Datos de ${moment}, comprobado cada ${every}`,
    noData: "Aún no hay datos: no se ha comprobado nada.",
    breadcrumb: "Dónde está",
  },
  overview: {
    nothingDeclared: "Aún no se ha declarado ningún servicio.",
    openIncidents: "Incidencias abiertas",
    maintenanceNow: "Mantenimiento",
    recent: "Últimos 14 días",
    noneRecent: "Sin incidencias en los últimos 14 días.",
    all: "Todas las incidencias",
    uptime: "Disponibilidad",
    medianLatency: "Mediana del tiempo de respuesta",
    howToRead: "Cómo leer esta página",
    reading:
      "Cada barra es uno de los últimos 90 días; abra un servicio para ver qué hubo en cada día. La disponibilidad es la parte del tiempo conocido en que un servicio respondió. La cifra junto a la línea es la mediana del tiempo de respuesta de las últimas 24 horas.",
    known: (share) => `${share} conocido`,
    knownDays: (known, all) => `${known} de ${all}`,
    barsNothing: (days) => `Últimos ${days}: aún sin resultados`,
    bars: (days, parts) => `Últimos ${days}: ${parts}`,
    barsWithout: (days) => `${days} sin resultados`,
    barsPart: (days, verdict) => `${days}: ${midSentence(verdict)}`,
  },
  legend: {
    operational: "todo en orden",
    degraded: "lento o con fallos a ratos",
    down: "con fallos",
    maintenance: "trabajos anunciados",
    unknown: "sin resultados",
  },
  service: {
    all: "Todos los servicios",
    now: "Ahora",
    keptBy: (owner) => `a cargo de ${owner}`,
    lastDays: (n) => `Últimos ${n} días`,
    noResults: "Aún sin resultados",
    up: (percent) => `${percent} disponible`,
    dayByDay: "Día a día",
    pickADay: "Elija un día para ver sus cifras; las flechas llevan de un día a otro.",
    noResultsThatDay: "sin resultados",
    passed: (passed, actual) => `${passed} de ${actual} comprobaciones superadas`,
    slow: (n) => `${n} de ellas lentas o con aviso`,
    due: (expected, missing) => `${expected} previstas${missing === null ? "" : `, ${missing} no se hicieron`}`,
    timeKnown: "Conocido",
    timeUnknown: "Desconocido",
    timeDown: "Caído",
    timeDegraded: "Degradado",
    timeMaintenance: "En mantenimiento",
    responseTime: "Tiempo de respuesta",
    period: "Periodo",
    median: "Mediana",
    p95: "Percentil 95",
    p99: "Percentil 99",
    answers: "Respuestas",
    lastHours: (n) => `Últimos ${n}`,
    chart: (of, median, p95, p99) =>
      `Tiempo de respuesta de las últimas ${of}: mediana ${median}, percentil 95 ${p95}, percentil 99 ${p99}`,
    newest: (of) => `${of}, de la más antigua a la más reciente`,
    strokes: "Un trazo que sube desde la base es una comprobación fallida.",
    notMeasured: "No se midió ninguna respuesta en las últimas 24 horas.",
    namedChecks: "Comprobaciones con nombre",
    conditions: "Condiciones",
    held: "Cumplida",
    missed: "Incumplida",
    notChecked: "Sin comprobar",
    latestChecks: "Últimas comprobaciones",
    noCheck: "Aún no se ha hecho ninguna comprobación.",
    time: "Hora (UTC)",
    outcome: "Resultado",
    status: "Estado",
    response: "Respuesta",
    keptHere: (shown, all, failed) =>
      `Las ${shown} más recientes de ${all} que constan aquí${failed === null ? "" : `; de las demás, no superadas: ${failed}`}.`,
    endpoints: "Puntos de acceso",
    needs: "Necesita",
    neededBy: "Lo necesitan",
    noOther: "Ningún otro servicio.",
    releases: "Versiones",
    release: "Versión",
    made: "Creada",
    commit: "Commit",
    workingFolder: "carpeta de trabajo",
    incidentsOfDays: "Incidencias",
    noIncidents: "No consta ninguna incidencia.",
    follow: "Seguir este servicio",
    badge: "Distintivo",
    badgeSnippet: "Markdown para un README",
    configuration: "Configuración",
    general: "General",
    notEnforced: "Declarado, pero aún no aplicado:",
    notEnforcedYet: "aún no aplicado",
    objective: "Objetivo de nivel de servicio",
    availability: "Disponibilidad",
    budget: "Margen de error",
    budgetLeft: "Restante",
    budgetSpent: "Gastado",
    burnRate: "Ritmo de gasto",
    burning: "El margen se está gastando deprisa.",
    latencyGoal: "Tiempo de respuesta",
    within: (window) => `en ${window}`,
    month: "Mes",
    kept: "Cumplido",
    broken: "Incumplido",
    running: "En curso",
  },
  incidents: {
    title: "Incidencias",
    open: "Abiertas ahora",
    noneOpen: "No hay incidencias abiertas.",
    past: "Incidencias pasadas",
    none: "No consta ninguna incidencia.",
    noneIn: (month) => `Sin incidencias en ${month}.`,
    goesOn: "Continúa",
    since: (moment) => `desde ${moment}`,
    lasted: "Duró",
    soFar: "Hasta ahora",
    affected: "Afectados",
    began: "Inicio",
    ended: "Fin",
    severity: "Gravedad",
    stretches: "Cuánto, exactamente",
    stretch: "Tramo",
    duration: "Duración",
    sum: "En total",
    updates: "Novedades",
    postmortem: "Después: qué pasó y qué se aprendió",
    automatic: "Abierta y cerrada por las propias comprobaciones.",
    written: "Escrita por personas.",
    olderMonth: "Antes",
    newerMonth: "Después",
    byMonth: "Por mes",
    all: "Todas las incidencias",
    permanent: "Enlace permanente",
    automaticTitle: (name, severity, isOpen) =>
      `${name} ${isOpen ? "está" : "estuvo"} ${{ down: "caído", degraded: "degradado" }[severity]}`,
    says: {
      down: "El servicio está caído",
      "down-again": "El servicio vuelve a estar caído",
      degraded: "El servicio responde, pero no bien",
      "degraded-again": "El servicio vuelve a responder mal",
      worse: "Ha empeorado y ahora está caído",
      better: "Ha mejorado: responde, pero todavía no bien",
      unconfirmed: "Los resultados posteriores no lo confirman",
      unwatched: "El servicio ya no se vigila",
    },
    sentence: (clause, reason) => `${clause}${reason === null ? "" : `: ${reason}`}.`,
    recovered: (lasted, stretches) =>
      stretches === null
        ? `Tras ${lasted}, el servicio vuelve a funcionar.`
        : `El servicio vuelve a funcionar. El problema ha durado ${lasted} en total, en ${stretches}.`,
  },
  maintenance: {
    title: "Mantenimiento",
    running: "En curso",
    coming: "Próximo",
    past: "Pasado",
    none: "No hay mantenimiento anunciado.",
    noneComing: "No hay nada anunciado.",
    everything: "Todos los servicios",
    repeats: "Se repite",
    every: { DAILY: "Cada día", WEEKLY: "Cada semana", MONTHLY: "Cada mes", YEARLY: "Cada año" },
    subscribe: "Suscribirse al calendario",
    span: (from, to, length) => `de ${from} a ${to} (${length})`,
    meaning: "El tiempo de una ventana no cuenta ni a favor ni en contra de la disponibilidad de un servicio.",
  },
  dependencies: {
    title: "Dependencias",
    lead: "Qué necesita qué. Las líneas van de un servicio a los que necesita, a su derecha; las que llevan a un servicio con problemas están resaltadas.",
    map: "Mapa",
    list: "Como lista",
    alone: "No necesita otro servicio y ninguno lo necesita",
    nothing: "Ningún servicio declara que necesita otro.",
  },
  deployments: {
    title: "Despliegues",
    lead: "Las versiones que se conservan, la más reciente primero.",
    nothing: "Aún no se ha creado ninguna versión.",
    outcomes: { serving: "En servicio", replaced: "Sin uso", held: "Revertida", rolling: "Desplegándose" },
    because: (reason) => `porque: ${reason}`,
  },
  missing: {
    title: "Esta página no existe",
    says: "Puede que el servicio haya cambiado de nombre o se haya retirado.",
    seeAll: "Ver todos los servicios",
  },
  about: {
    title: "Cómo se hacen las cifras",
    lead: "Cada cifra de este sitio se puede volver a calcular a partir de recuentos que se guardan en Git y se publican con él.",
    sections: [
      {
        title: "Qué se pregunta",
        says: [
          "A cada servicio se le pregunta una y otra vez, con el intervalo que indica su página y por el protocolo que habla. Una respuesta es buena si llega a tiempo y cumple todas las condiciones que el servicio declara; una respuesta lenta, o que avisa ella misma de algo, es un aviso; todo lo demás es un fallo.",
        ],
      },
      {
        title: "Se confirma antes de contar",
        says: [
          "Una comprobación fallida no es una caída. Solo tras varios fallos seguidos (tres, si el servicio no dice otra cosa) un servicio está caído, y lo está desde el primero. Vuelve a estar operativo tras tantas comprobaciones buenas como declare, desde la primera de ellas. Las comprobaciones lentas lo degradan del mismo modo.",
        ],
      },
      {
        title: "Tiempo conocido y desconocido",
        says: [
          "Una comprobación responde por el tiempo hasta que toca la siguiente. Donde no se hicieron, o donde quien comprueba no tenía red, el tiempo es desconocido: no cuenta ni como operativo ni como caído, y su parte se muestra junto a la disponibilidad.",
        ],
      },
      {
        title: "Disponibilidad",
        says: [
          "La disponibilidad es el tiempo operativo y degradado dividido por el tiempo operativo, degradado y caído. Los porcentajes se redondean hacia abajo: 100 % significa que no falta ni un segundo. Donde no se sabe nada, no hay cifra.",
        ],
      },
      {
        title: "Mantenimiento",
        says: [
          "El tiempo de una ventana de mantenimiento anunciada no cuenta ni a favor ni en contra de un servicio. Se muestra aparte.",
        ],
      },
      {
        title: "Tiempos de respuesta",
        says: [
          "Los percentiles se leen de un resumen de todas las respuestas del periodo, con un error máximo del 2 %: la mitad de las respuestas fue más rápida que la mediana y 95 de cada 100, más rápidas que el percentil 95.",
        ],
      },
      {
        title: "Qué se guarda y cuánto tiempo",
        says: [
          "Cada comprobación, 48 horas; los recuentos por hora, 90 días; por día, 400 días; por mes, para siempre, si quien opera el sitio no ha elegido otra cosa. Se guardan segundos y recuentos, nunca porcentajes.",
        ],
      },
      {
        title: "Compruébelo",
        says: [
          "La orden {verify} con --site y la carpeta de un sitio generado, en un clon del repositorio, vuelve a contar las cifras de data.json: días, disponibilidad, percentiles y objetivos de servicio a partir de lo guardado, el aviso principal a partir de los servicios y la duración de las incidencias a partir de sus tramos. Nombra las que difieren. data.json indica el commit del historial del que se hizo, salvo que se generara durante la vigilancia. Las páginas y las insignias salen de los mismos datos y no se leen.",
        ],
      },
    ],
    machines: "Para programas",
    machinesSay: "Los mismos hechos, para lectores de noticias, calendarios y monitores:",
    files: {
      data: "Todo lo que muestra este sitio, en JSON",
      health: "El conjunto como application/health+json",
      summary: "Con la forma de la API de Statuspage, versión 2",
      rss: "Incidencias y mantenimiento en RSS",
      atom: "Lo mismo en Atom",
      calendar: "El mantenimiento como calendario",
      badge: "Un distintivo con el estado",
      sitemap: "Todas las páginas",
    },
  },
};
