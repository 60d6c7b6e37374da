/**
 * The process that builds the status site, one request at a time as they come over its channel, until the channel closes.
 * `site/site-process.ts` starts it and speaks with it.
 */
import { buildSite, type SiteRequest } from "../site/build-site.ts";
import type { SiteAnswer } from "../site/site-process.ts";
import { systemClock } from "./system-clock.ts";

const say = (answer: SiteAnswer): void => {
  process.send?.(answer);
};

process.on("message", (request: SiteRequest) => {
  buildSite({ ...request, clock: systemClock, onProgress: (says) => say({ is: "progress", says }) }).then(
    (built) => say({ is: "built", built }),
    (error: unknown) => say({ is: "failed", says: error instanceof Error ? error.message : String(error) }),
  );
});
// Whoever started us is gone: so is the need for a site.
process.on("disconnect", () => process.exit(0));
// A Ctrl-C is answered by our parent, which ends us when it is done with us.
process.on("SIGINT", () => undefined);
