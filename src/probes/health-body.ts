/**
 * Reads what a health endpoint says of itself: `application/health+json` (draft-inadarei-api-health-check-06), and the
 * plainer JSON that many frameworks answer with (`{"status": "UP"}`, `{"checks": {"database": "ok"}}`).
 */
export interface HealthBody {
  /** The root `status`; null where the body has none that can be read. */
  readonly status: CheckStatus | null;
  readonly checks: readonly BodyCheck[];
}

export type CheckStatus = "pass" | "warn" | "fail";

interface BodyCheck {
  /** The part before the colon of `component:measurement`, as words: `external_apis`. */
  readonly component: string;
  /** The part behind it, or "". */
  readonly measurement: string;
  readonly componentType: string;
  readonly status: CheckStatus;
}

/** Null when the text is no JSON object: then the body says nothing. */
export function readHealthBody(text: string): HealthBody | null {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(root)) return null;
  const checks: BodyCheck[] = [];
  if (isRecord(root["checks"])) {
    for (const [key, value] of Object.entries(root["checks"])) {
      const colon = key.indexOf(":");
      const component = words(colon < 0 ? key : key.slice(0, colon));
      const measurement = colon < 0 ? "" : words(key.slice(colon + 1));
      for (const entry of Array.isArray(value) ? value : [value]) {
        const status = statusOf(isRecord(entry) ? entry["status"] : entry);
        const componentType = isRecord(entry) ? words(String(entry["componentType"] ?? "")) : "";
        // The draft lets an entry leave its status out: then it only observes, and the root has judged.
        if (status !== null) checks.push({ component, measurement, componentType, status });
      }
    }
  }
  return { status: statusOf(root["status"]), checks };
}

/**
 * What the body says of a check that the service file names: the worst of the entries that mean it, or `missing`. A name
 * means an entry when it is the whole key (`memory:usage`), its component, or one of the seed's words that the draft
 * calls otherwise (`database_connection` is any datastore).
 */
export function namedCheck(name: string, body: HealthBody | null): CheckStatus | "missing" {
  const wanted = words(name);
  const alias = Object.hasOwn(ALIASES, wanted) ? ALIASES[wanted] : undefined;
  const entries = body?.checks ?? [];
  const exact = entries.filter(
    (entry) => entry.component === wanted || `${entry.component}_${entry.measurement}` === wanted,
  );
  const meant = exact.length > 0 || !alias ? exact : entries.filter(alias);
  if (meant.length === 0) return "missing";
  return worst(meant.map((entry) => entry.status));
}

/** The gravest of several statuses; `pass` where there are none. */
export function worst(statuses: readonly (CheckStatus | "missing")[]): CheckStatus {
  return statuses.includes("fail") ? "fail" : statuses.includes("warn") ? "warn" : "pass";
}

const DATABASES = /^(database|db|sql|datastore|postgres(ql)?|mysql|mariadb|mongo(db)?|sqlite|cassandra|redis)(_|$)/;

/** The seed's words, where the draft's vocabulary differs. */
const ALIASES: Readonly<Record<string, (entry: BodyCheck) => boolean>> = {
  database_connection: (entry) => entry.componentType === "datastore" || DATABASES.test(entry.component),
  external_apis: (entry) => /^(external|upstreams?|downstreams?|apis?|dependenc(y|ies))(_|$)/.test(entry.component),
  memory_usage: (entry) => /^(memory|heap|ram)(_|$)/.test(entry.component),
  response_time: (entry) => entry.componentType !== "datastore" && entry.measurement === "response_time",
};

/** The draft's own words and the aliases that it allows; anything else says nothing. */
function statusOf(value: unknown): CheckStatus | null {
  if (typeof value === "boolean") return value ? "pass" : "fail";
  switch (String(value).toLowerCase()) {
    case "pass":
    case "ok":
    case "up":
    case "healthy":
      return "pass";
    case "warn":
    case "warning":
    case "degraded":
      return "warn";
    case "fail":
    case "error":
    case "down":
    case "unhealthy":
      return "fail";
    default:
      return null;
  }
}

/** `responseTime`, `response-time` and `Response Time` are one name. */
function words(text: string): string {
  return text
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
