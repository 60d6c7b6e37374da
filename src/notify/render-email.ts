import { escapeHtml } from "../diagnostics/escape-html.ts";
import { visibleText } from "../diagnostics/visible-text.ts";
import type { Notice } from "./notice.ts";

export interface EmailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The same words as plain text and as simple HTML. */
export function renderEmail({ title, says, service, environment, incident, at, url }: Notice): EmailText {
  const line = (text: string): string => visibleText(text.replace(/\s+/g, " "), 1_000);
  const facts = [
    ["Service", service],
    ["Environment", environment],
    ["At", `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`],
    ...(incident === undefined ? [] : [["Incident", incident]]),
    ...(url === undefined ? [] : [["More", url]]),
  ].map(([label = "", value = ""]) => [label, line(value)] as const);
  const rows = facts.map(([label, value]) => `<tr><td>${label}</td><td>${escapeHtml(value)}</td></tr>`);
  return {
    subject: line(title).slice(0, 200),
    text: [line(title), "", line(says), "", ...facts.map(([label, value]) => `${label}: ${value}`), ""].join("\n"),
    html: `<p><strong>${escapeHtml(line(title))}</strong></p>\n<p>${escapeHtml(line(says))}</p>\n<table>\n${rows.join("\n")}\n</table>\n`,
  };
}
