import type { Review } from "../../../src/github/review.ts";
import { reviewOf } from "./reviewing.ts";

/** A review with a step of every kind, problems of every severity, and everything that a comment has a place for. */
export function wholeReview(): Promise<Review> {
  return reviewOf({
    environments: { staging: "on_merge", canary: { after: "staging" }, production: "manual" },
    held: { stuck: "it answered 500" },
    recorded: {
      db: { type: "data", kind: "database", volumes: { data: { path: "/var/db", size: "1GB" } } },
      gone: { protected: true },
      stuck: { environment: { MODE: "a" } },
      shop: { source: "code/shop" },
      web: { environment: { MODE: "a" }, dependencies: ["db"] },
    },
    base: {
      db: { type: "data", kind: "database", volumes: { data: { path: "/var/db", size: "1GB" } } },
      gone: { protected: true },
      stuck: { environment: { MODE: "a" } },
      shop: { source: "code/shop" },
      web: { environment: { MODE: "a" }, dependencies: ["db"] },
    },
    declared: {
      db: { type: "data", kind: "database", volumes: { data: { path: "/srv/db", size: "1GB" } } },
      stuck: { environment: { MODE: "b" } },
      storefront: { previous_id: "shop", source: "code/shop" },
      web: {
        environment: { MODE: "b" },
        dependencies: ["db"],
        environments: { production: { runtime: { replicas: 3 } } },
      },
      mail: { networking: { port: 3000 } },
    },
    diagnostics: (["error", "warning", "info"] as const).map((severity) => ({
      code: "value-unknown",
      severity,
      summary: "the value `x` is not known",
      detail: "one of these was expected",
      hint: "did you mean `y`?",
      range: {
        file: "services/web.yaml",
        start: { line: 3, column: 1, offset: 9 },
        end: { line: 3, column: 2, offset: 10 },
      },
      line: "x",
      service: "web",
      environment: "staging",
    })),
  });
}

/** The same with `text` wherever a file, a State or a branch has its say. `isPending`: as if all of it had been merged before. */
export function hostileReview(whole: Review, text: string, isPending = false): Review {
  const environments = whole.environments.map((environment) => ({
    ...replaced(environment, text),
    approvers: [text],
    pending: new Set(isPending ? [text] : []),
  }));
  const notes = ["not-enforced-yet", "rules-changed", "id-changed"].map((code) => ({
    code,
    severity: code === "not-enforced-yet" ? ("info" as const) : ("warning" as const),
    summary: text,
  }));
  return { ...whole, environments, diagnostics: [...replaced(whole.diagnostics, text), ...notes] };
}

/** What no file says: our own words, ids that Git or we compute, and severities. */
const OURS = new Set([
  "digest",
  "stateOid",
  "action",
  "impact",
  "strategy",
  "kind",
  "severity",
  "apply",
  "format",
  "prior",
]);

function replaced<T>(value: T, text: string): T {
  const visit = (item: unknown, key: string): unknown => {
    if (OURS.has(key) && !(key === "apply" && typeof item === "object")) return item;
    if (typeof item === "string") return text;
    if (Array.isArray(item)) return item.map((one) => visit(one, ""));
    if (item instanceof Set) return new Set([...item].map(() => text));
    if (typeof item !== "object" || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([name, one]) => [name, visit(one, name)]));
  };
  return visit(value, "") as T;
}
