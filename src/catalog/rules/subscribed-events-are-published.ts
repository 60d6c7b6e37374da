import { suggest } from "../../diagnostics/suggest.ts";
import type { CatalogRule } from "../rule.ts";

/**
 * An error and no warning: a subscription to a misspelt event would wait for ever without a sound. An outside sender is
 * declared as a service with `external: true`. While a file is broken nobody knows what it publishes, so nothing is said.
 */
export const subscribedEventsArePublished: CatalogRule = {
  code: "event-unpublished",
  fact: "subscribedEventsArePublished",
  *find({ services, broken }) {
    if (broken.size > 0) return;
    const published = new Set(services.flatMap(({ facts }) => facts.publishes));
    for (const service of services) {
      for (const [index, type] of service.facts.subscribes.entries()) {
        if (published.has(type)) continue;
        const meant = suggest(type, published);
        yield {
          service,
          keys: ["events", "subscribes", String(index)],
          at: "value",
          problem: {
            code: "event-unpublished",
            severity: "error",
            summary: `\`${service.facts.id}\` subscribes to \`${type}\`, which no service publishes`,
            hint:
              meant === undefined
                ? "add it to `events.publishes` of the service that sends it; declare an outside sender with `external: true`"
                : `did you mean \`${meant}\`?`,
          },
        };
      }
    }
  },
};
