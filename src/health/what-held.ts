import type { Ms, ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { History, SloFigures, Span } from "../model/health.ts";
import { reasonsOf } from "./reasons.ts";
import { silenceOf } from "./silence.ts";
import { sloFigures, sloOf } from "./slo.ts";
import { timelineOf, wholeSecond } from "./timeline.ts";
import { type Track, tracksOf } from "./tracks.ts";

/** How far back what held is worked out anew: results that come later than this change no incident. */
const LOOK_BACK_MS = 24 * 3_600_000;

/** What held of everything that is watched, for incidents to be worked out of. */
export interface WhatHeld {
  /** Where the longest of the stretches begins. */
  readonly from: Ms;
  /**
   * Of each service that is meant to run, and of each watcher that should never fall silent: sorted, gapless, each over a stretch of
   * its own; empty where nothing is known.
   */
  readonly spans: ReadonlyMap<ServiceId, readonly Span[]>;
  /** What people call them. */
  readonly names: ReadonlyMap<ServiceId, string>;
  /** How promises are kept whose error budget burns fast now. */
  readonly burning: ReadonlyMap<ServiceId, SloFigures>;
  /** What the first sample met that was not well, from a moment on. */
  reasonAt(service: ServiceId, at: Ms): string | null;
}

/**
 * What held until now. A watcher's silence is told as if it were a service that is down, so that it opens an incident and wakes
 * people like one. Pure.
 */
export function whatHeld({ services, project }: Catalog, history: History, now: Ms): WhatHeld {
  const dayAgo = now - LOOK_BACK_MS;
  const tracks = tracksOf(history);
  const { watchers } = project.health;
  const watched = [...services].filter(([, { spec }]) => spec.status === "active");
  const spans = new Map([
    ...watchers.map((name) => {
      const told = history.before.filter(({ collector }) => collector === name).map(({ at }) => at);
      return [watcherId(name), recent(spansFrom(Math.max(0, ...told), silenceOf(history, name, now)), dayAgo)] as const;
    }),
    ...watched.map(([id]) => {
      const own = tracks.get(id);
      return [id, recent(timelineOf(own, { from: completeFrom(own) ?? now, to: now, now }), dayAgo)] as const;
    }),
  ]);
  return {
    from: [...spans.values()].reduce((first, own) => Math.min(first, own[0]?.from ?? first), dayAgo),
    spans,
    names: new Map([
      ...watchers.map((name) => [watcherId(name), `Watcher ${name}`] as const),
      ...[...services].map(([id, { spec }]) => [id, spec.name] as const),
    ]),
    burning: new Map(
      watched.flatMap(([id, { spec }]) => {
        const slo = sloOf(spec);
        const figures = slo && sloFigures(slo, { service: id, history, tracks: tracks.get(id), now });
        return figures?.isFastBurn === true ? [[id, figures] as const] : [];
      }),
    ),
    reasonAt: reasonsOf(history),
  };
}

/** An id that incidents can bear; no service begins like this unless somebody means it. */
function watcherId(name: string): ServiceId {
  return `fairlead-watcher-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`.slice(0, 63).replace(/-+$/, "");
}

/**
 * From what was known a day ago on, or last before that: so that an outage keeps its begin, and time of which nobody knows is not
 * counted as one.
 */
function recent(spans: readonly Span[], dayAgo: Ms): readonly Span[] {
  const first = spans.findLastIndex(
    ({ from, verdict }) => from <= dayAgo && verdict !== "unknown" && verdict !== "maintenance",
  );
  return spans.slice(Math.max(0, first));
}

function spansFrom(begin: Ms, spans: readonly Span[]): readonly Span[] {
  const from = wholeSecond(begin);
  return spans.filter(({ to }) => to > from).map((span) => ({ ...span, from: Math.max(span.from, from) }));
}

/**
 * From when on every asking of a service is at hand: before that, what is recorded says more than nothing. Collectors that are gone
 * for good leave a standing that is older. Null where nothing is at hand.
 */
function completeFrom(tracks: readonly Track[] = []): Ms | null {
  const first = tracks.flatMap(({ events }) => events.slice(0, 1));
  const standings = first.filter(({ is }) => is === "standing").map(({ at }) => at);
  if (standings.length > 0) return Math.max(...standings);
  return first.length === 0 ? null : Math.min(...first.map(({ at }) => at));
}
