import type { Instant, ServiceId } from "../model/basics.ts";
import type { ServicePage, SiteData } from "../model/site-data.ts";

/** A release as the timeline of all services tells it. */
export interface Deployment {
  readonly at: Instant;
  readonly service: { readonly id: ServiceId; readonly name: string };
  readonly number: number;
  readonly commit: string | null;
  readonly outcome: NonNullable<NonNullable<ServicePage["releases"]>[number]["outcome"]>;
  readonly reason?: string;
}

/** A page is not a log: the newest so many. */
const SHOWN_MAX = 200;

/** The kept releases of all services, the newest first. Null where releases are not published. */
export function deploymentsOf({ services }: Pick<SiteData, "services">): readonly Deployment[] | null {
  if (services.every(({ releases }) => releases === undefined)) return null;
  return services
    .flatMap(({ id, name, releases = [] }) =>
      releases.map(
        ({ number, at, commit, stable, outcome, reason }): Deployment => ({
          at,
          service: { id, name },
          number,
          commit,
          outcome: outcome ?? (stable ? "serving" : "replaced"),
          ...(reason !== undefined ? { reason } : {}),
        }),
      ),
    )
    .sort((a, b) =>
      a.at === b.at
        ? a.service.id < b.service.id
          ? -1
          : a.service.id > b.service.id
            ? 1
            : b.number - a.number
        : a.at < b.at
          ? 1
          : -1,
    )
    .slice(0, SHOWN_MAX);
}
