import type { ApplyReport, ServiceOutcome } from "../apply/apply-input.ts";
import type { Ms } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { messagesOf } from "../notify/messages.ts";
import { type Deployment, deploymentNotice } from "../notify/notice.ts";
import { send } from "../notify/send.ts";
import { aboutService } from "./about-service.ts";
import type { Face } from "./face.ts";
import { version } from "./version.ts";

/**
 * Tells those who asked for `deployed` and `failed` what an apply has changed. It is told once, at the end of the run that did it: what
 * cannot be delivered by then is named, and nobody tells it later. Development is one's own: nobody else is told of it.
 */
export async function tellOfApply(
  face: Face,
  report: ApplyReport,
  declared: () => Promise<{ readonly value: Catalog }>,
): Promise<readonly Diagnostic[]> {
  if (report.environment === "development") return [];
  const at = face.clock.now();
  const changed = report.services.flatMap((outcome) => deploymentOf(outcome, at) ?? []);
  if (changed.length === 0) return [];
  const { value: catalog } = await declared();
  const messages = changed.flatMap((deployment) =>
    messagesOf(deploymentNotice(deployment, aboutService(catalog, deployment.service)), catalog.project.notifications),
  );
  if (messages.length === 0) return [];
  const { diagnostics } = await send(messages, {
    secretOf: (name) => face.env[name],
    clock: face.clock,
    signal: face.signal,
    userAgent: `fairlead/${version()}`,
  });
  return diagnostics;
}

/** Null where nothing became different. */
function deploymentOf({ service, outcome, release, says }: ServiceOutcome, at: Ms): Deployment | null {
  switch (outcome) {
    case "done":
    case "found-done":
    case "restored":
      return { service, is: "deployed", release, says, at };
    case "rolled-back":
    case "failed":
      return { service, is: "failed", release, says, at };
    case "held":
    case "skipped":
    case "refused":
    case "unfinished":
      return null;
  }
}
