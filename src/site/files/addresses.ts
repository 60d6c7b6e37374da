import type { SiteData } from "../../model/site-data.ts";

/** Makes addresses of the site's pages: absolute where it is known where the site is published, else from its root. */
export function addressesOf({ url = "", base }: Pick<SiteData, "url" | "base">): (path?: string) => string {
  const root = `${url}${base.replace(/\/*$/, "/")}`;
  return (path = "") => `${root}${path}`;
}
