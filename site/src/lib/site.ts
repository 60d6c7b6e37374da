import type { SiteData } from "../../../src/model/site-data.ts";
import type { SiteViews } from "../../../src/site/site-views.ts";

/** What the builder hands to the pages: the data, and what is worked out of it for them. */
export interface SiteInput {
  readonly data: SiteData;
  readonly views: SiteViews;
  /** Bodies of 512 × 512 SVGs by icon name. */
  readonly icons: Readonly<Record<string, string>>;
  /** The logo's file, below the site's root. */
  readonly logo: string | null;
  /** Whether there is a picture for previews of links. */
  readonly hasPreview: boolean;
}

/** The same key is written by `src/site/build-site.ts`, in the process that renders the pages. */
const KEY = Symbol.for("fairlead.site");

/** Reads what is to be shown; called while a page renders, never at import, since a process renders many times. */
export function site(): SiteInput {
  const input = (globalThis as { [KEY]?: SiteInput })[KEY];
  if (!input) throw new Error("the site has no data: build it with `fairlead up`, which hands its data over");
  return input;
}

/** An address on this site: `href("services/orders-api/")`. */
export function href(path = ""): string {
  return `${site().data.base.replace(/\/*$/, "/")}${path}`;
}

/** An address for others; null where it is not known where the site is published. */
export function absolute(path = ""): string | null {
  const { url } = site().data;
  return url === undefined ? null : `${url}${href(path)}`;
}
