import type { ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Outcome, Sample } from "../model/health.ts";
import type { Spec } from "../model/service.ts";
import { watchLoop } from "../probes/schedule.ts";
import { sampleLine } from "./commands/check.ts";
import type { Face } from "./face.ts";
import { controlOf } from "./health-record.ts";
import type { HealthWatch } from "./health-watch.ts";
import type { Keeping } from "./keep-in-time.ts";

/** Services that are asked at their intervals, for as long as somebody watches. */
export interface ServiceWatch {
  /** These are asked from now on, as they are declared now. Returns how many. */
  follow(catalog: Catalog, asked?: (spec: Spec) => boolean): Promise<number>;
  /** Records a sample and says what has turned; for those that were taken elsewhere. */
  notice(sample: Sample): void;
  /** Stops asking. */
  close(): Promise<void>;
}

/** Records what services answer, prints what is news, and hurries the keeping where people may want to know at once. */
export function watchServices({
  face,
  watch,
  keeping,
  saysFirst,
  onSample = () => undefined,
}: {
  readonly face: Face;
  readonly watch: HealthWatch;
  readonly keeping: Keeping;
  /** Whether a service's first answer is news as well. */
  readonly saysFirst: boolean;
  readonly onSample?: () => void;
}): ServiceWatch {
  const { terminal, clock } = face;
  const outcomes = new Map<ServiceId, Outcome>();
  const notice = (sample: Sample): void => {
    if (watch.sample(sample)) keeping.hurry();
    const before = outcomes.get(sample.service);
    outcomes.set(sample.service, sample.outcome);
    if (before === undefined ? saysFirst : before !== sample.outcome)
      terminal.say(`${timeOfDay(sample.at)} ${sampleLine(terminal, sample, 0)}`);
    onSample();
  };
  const loop = watchLoop({ clock, random: Math.random, onBeat: watch.beat, onSample: notice });
  return {
    async follow(catalog, asked) {
      const watched = await watch.follow(catalog, asked);
      loop.watch(watched, controlOf(catalog.project, face).control);
      return watched.length;
    },
    notice,
    close: loop.close,
  };
}

/** `14:03:22` in the reader's own time zone. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB");
}
