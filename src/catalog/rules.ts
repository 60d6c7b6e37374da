import type { CatalogRule, ServiceRule } from "./rule.ts";
import { conditionsParse } from "./rules/conditions-parse.ts";
import { credentialsAreNotInClearText } from "./rules/credentials-are-not-in-clear-text.ts";
import { dependenciesExist } from "./rules/dependencies-exist.ts";
import { dependencyGraphIsAcyclic } from "./rules/dependency-graph-is-acyclic.ts";
import { endpointsDoNotOverlap } from "./rules/endpoints-do-not-overlap.ts";
import { exactlyOneThingRuns } from "./rules/exactly-one-thing-runs.ts";
import { healthEndpointIsReachable } from "./rules/health-endpoint-is-reachable.ts";
import { healthTargetsAreAskable } from "./rules/health-targets-are-askable.ts";
import { idsAreUnique } from "./rules/ids-are-unique.ts";
import { imagesAreDigests } from "./rules/images-are-digests.ts";
import { previousIdsAreFree } from "./rules/previous-ids-are-free.ts";
import { publishedPortsAreUnique } from "./rules/published-ports-are-unique.ts";
import { sloWindowsArePublished } from "./rules/slo-windows-are-published.ts";
import { strategyParametersAreReachable } from "./rules/strategy-parameters-are-reachable.ts";
import { subscribedEventsArePublished } from "./rules/subscribed-events-are-published.ts";

/** Every rule beyond the schema: named facts, pure. Another one is a file in `rules/` and a line here. */
export const SERVICE_RULES: readonly ServiceRule[] = [
  exactlyOneThingRuns,
  credentialsAreNotInClearText,
  conditionsParse,
  imagesAreDigests,
  healthEndpointIsReachable,
  healthTargetsAreAskable,
  strategyParametersAreReachable,
  sloWindowsArePublished,
];

export const CATALOG_RULES: readonly CatalogRule[] = [
  idsAreUnique,
  previousIdsAreFree,
  dependenciesExist,
  dependencyGraphIsAcyclic,
  publishedPortsAreUnique,
  endpointsDoNotOverlap,
  subscribedEventsArePublished,
];
