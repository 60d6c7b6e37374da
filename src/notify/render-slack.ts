import { visibleText } from "../diagnostics/visible-text.ts";
import type { Notice } from "./notice.ts";

const SIGNS: Readonly<Record<Notice["event"], string>> = {
  down: "🔴",
  degraded: "🟠",
  fast_burn: "🔥",
  recovered: "🟢",
  reminder: "🔴",
  deployed: "🚀",
  failed: "🔴",
};

/** A message for a webhook that takes Slack's: a text for notifications, and blocks. */
export function renderSlack({ event, title, says, service, environment, incident, url }: Notice): unknown {
  const head = `${SIGNS[event]} *${mrkdwn(title)}*\n${mrkdwn(says)}`;
  const about = [environment, service, ...(incident === undefined ? [] : [incident])].map(mrkdwn).join(" · ");
  const link = url === undefined ? "" : ` · <${encodeURI(decodeSafely(url)).replaceAll("|", "%7C")}|status page>`;
  return {
    text: `${mrkdwn(title)}. ${mrkdwn(says)}`,
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: head } },
      { type: "context", elements: [{ type: "mrkdwn", text: `${about}${link}` }] },
    ],
  };
}

/**
 * Text that Slack shows as it is: `&`, `<` and `>` begin links and mentions (Slack, "Formatting text for app surfaces"), and marks of
 * emphasis get a character of no width before them, since there is no escape for those.
 */
export function mrkdwn(text: string): string {
  return visibleText(text.replace(/\s+/g, " "), 1_000)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[*_~`]/g, "\u200b$&");
}

function decodeSafely(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}
