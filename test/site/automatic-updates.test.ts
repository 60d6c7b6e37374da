import { afterEach, describe, expect, test } from "vitest";
import { titleOf, updateOf } from "../../site/src/lib/incident-words.ts";
import { advanceIncidents } from "../../src/incidents/automatic-incidents.ts";
import type { Span, Verdict } from "../../src/model/health.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { SiteSpec } from "../../src/model/project.ts";
import type { SiteIncident } from "../../src/model/site-data.ts";
import { automaticUpdate } from "../../src/site/automatic-updates.ts";
import { siteIncidents } from "../../src/site/site-incidents.ts";
import { siteViews } from "../../src/site/site-views.ts";
import { spec } from "../support/builders.ts";
import { demoSite } from "../support/site-demo.ts";

/** Incidents that nobody wrote, as pages tell them: the sentences are recorded in English, and pages are in four languages. */

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;
const DEMO = demoSite();
const KEY = Symbol.for("fairlead.site");

function write(language: SiteSpec["language"], incident: SiteIncident): void {
  const data = { ...DEMO, language, incidents: [incident] };
  (globalThis as { [KEY]?: unknown })[KEY] = { data, views: siteViews(data) };
}

afterEach(() => {
  delete (globalThis as { [KEY]?: unknown })[KEY];
});

function spans(...parts: readonly (readonly [Verdict, number])[]): Span[] {
  let from = NOON;
  return parts.map(([verdict, minutes]) => {
    const span = { from, to: from + minutes * MINUTE, verdict };
    from = span.to;
    return span;
  });
}

/** What is recorded of what held; the newest incident as a page has it. */
function told(own: readonly Span[], { known = [] as readonly Incident[], isWatched = true, reason = "" } = {}) {
  const now = own.at(-1)?.to ?? 0;
  const { incidents } = advanceIncidents({
    known,
    spans: new Map(isWatched ? [["shop", own]] : []),
    windows: [],
    dependencies: new Map(),
    names: new Map([["shop", "Shop API"]]),
    ...(reason === "" ? {} : { reasonAt: () => reason }),
    rules: { flappingMs: 15 * MINUTE },
    now,
  });
  const [incident] = siteIncidents(incidents, [spec({ id: "shop", name: "Shop API" })], now);
  if (incident === undefined) throw new Error("nothing was recorded");
  return { incidents, incident };
}

const STORY = spans(
  ["operational", 5],
  ["degraded", 2],
  ["down", 3],
  ["degraded", 1],
  ["operational", 4],
  ["down", 5],
  ["operational", 4],
  ["degraded", 1],
  ["operational", 9],
);

const lines = (incident: SiteIncident) =>
  incident.updates.map((update) => updateOf(incident, update).replace(/\u00a0/g, " "));

describe("an incident that nobody wrote", () => {
  test("is recorded in sentences that are all known, with and without a reason", () => {
    const open = told(spans(["operational", 5], ["down", 5]));
    const { incident: unwatched } = told(spans(["operational", 20]), { known: open.incidents, isWatched: false });
    const { incident: unconfirmed } = told(spans(["operational", 10]), { known: open.incidents });
    const all = [told(STORY), told(STORY, { reason: "a <b>: b." })].map(({ incident }) => incident);
    const found = [...all, unwatched, unconfirmed].flatMap(({ updates }) =>
      updates.map(({ html }) => automaticUpdate(html)?.is ?? html),
    );
    expect(new Set(found)).toEqual(
      new Set([
        "down",
        "down-again",
        "degraded",
        "degraded-again",
        "worse",
        "better",
        "recovered",
        "unwatched",
        "unconfirmed",
      ]),
    );
  });

  test("is told in the page's language, with what a probe met as it was met", () => {
    const { incident } = told(STORY, { reason: "answered <503>" });
    const met = '<q lang="en">answered &#60;503&#62;</q>';
    write("de", incident);
    expect([titleOf(incident), ...lines(incident)]).toEqual([
      "Shop API war ausgefallen",
      `<p>Der Dienst antwortet, aber nicht gut: ${met}.</p>`,
      `<p>Es ist schlimmer geworden, der Dienst ist jetzt ausgefallen: ${met}.</p>`,
      "<p>Es ist besser geworden: Der Dienst antwortet, aber noch nicht gut.</p>",
      "<p>Nach 6 Min. läuft der Dienst wieder.</p>",
      `<p>Der Dienst ist erneut ausgefallen: ${met}.</p>`,
      "<p>Der Dienst läuft wieder. Insgesamt hat die Störung 11 Min. gedauert, in 2 Abschnitten.</p>",
      `<p>Der Dienst antwortet erneut nicht gut: ${met}.</p>`,
      "<p>Der Dienst läuft wieder. Insgesamt hat die Störung 12 Min. gedauert, in 3 Abschnitten.</p>",
    ]);
    write("es", incident);
    expect([titleOf(incident), ...lines(incident)]).toEqual([
      "Shop API estuvo caído",
      `<p>El servicio responde, pero no bien: ${met}.</p>`,
      `<p>Ha empeorado y ahora está caído: ${met}.</p>`,
      "<p>Ha mejorado: responde, pero todavía no bien.</p>",
      "<p>Tras 6 min, el servicio vuelve a funcionar.</p>",
      `<p>El servicio vuelve a estar caído: ${met}.</p>`,
      "<p>El servicio vuelve a funcionar. El problema ha durado 11 min en total, en 2 tramos.</p>",
      `<p>El servicio vuelve a responder mal: ${met}.</p>`,
      "<p>El servicio vuelve a funcionar. El problema ha durado 12 min en total, en 3 tramos.</p>",
    ]);
    write("zh", incident);
    expect([titleOf(incident), ...lines(incident)]).toEqual([
      "Shop API 曾发生故障",
      `<p>服务有响应，但不正常：${met}。</p>`,
      `<p>情况恶化，服务现已发生故障：${met}。</p>`,
      "<p>情况好转，服务有响应，但仍不正常。</p>",
      "<p>6分钟后，服务恢复正常。</p>",
      `<p>服务再次发生故障：${met}。</p>`,
      "<p>服务已恢复正常。问题累计持续 11分钟，共 2 段。</p>",
      `<p>服务的响应再次不正常：${met}。</p>`,
      "<p>服务已恢复正常。问题累计持续 12分钟，共 3 段。</p>",
    ]);
  });

  test("says that a duration is a sum where it came back, and leaves it at that where it did not", () => {
    const { incident } = told(STORY);
    write("en", incident);
    expect(lines(incident).filter((line) => line.includes("works"))).toEqual([
      "<p>It works again, after 6 mins.</p>",
      "<p>It works again. The trouble lasted 11 mins in total, in 2 stretches.</p>",
      "<p>It works again. The trouble lasted 12 mins in total, in 3 stretches.</p>",
    ]);
  });

  test("keeps a title and an update that somebody gave it, whatever the language", () => {
    const { incident } = told(STORY);
    const noted = {
      ...incident,
      title: "Checkout fails",
      updates: [
        ...incident.updates,
        { at: incident.from, status: "identified" as const, html: "<p>A disk is full.</p>" },
      ],
    };
    write("de", noted);
    expect([titleOf(noted), lines(noted).at(-1)]).toEqual(["Checkout fails", "<p>A disk is full.</p>"]);
    const written = { ...incident, source: "written" as const };
    write("de", written);
    expect(titleOf(written)).toBe("Shop API was down");
    expect(lines(written)[0]).toBe("<p>It answers, but not well.</p>");
  });
});
