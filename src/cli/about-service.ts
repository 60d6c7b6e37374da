import type { ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { NoticeOf } from "../notify/notice.ts";

/** What a message says of a service besides its news: whose it is, and where its page is; of one that is gone, the site's front page. */
export function aboutService({ environment, services, project }: Catalog, service: ServiceId): NoticeOf {
  const spec = services.get(service)?.spec;
  const { url, base } = project.site;
  const page = spec === undefined ? "" : `services/${service}/`;
  return {
    environment,
    name: spec?.name ?? service,
    ...(spec?.owner === undefined ? {} : { owner: spec.owner }),
    ...(url === undefined ? {} : { url: `${url.replace(/\/$/, "")}${base}${page}` }),
  };
}
