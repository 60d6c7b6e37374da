import { escapeTerminal } from "./escape-terminal.ts";

/**
 * The message of a workflow command (`::error …::MESSAGE`), escaped as GitHub's runner undoes it: `%`, CR and LF.
 * Line breaks are kept as breaks; other controls are made visible. https://github.com/actions/toolkit, `command.ts`.
 */
export function escapeWorkflowData(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => escapeTerminal(line).replaceAll("%", "%25"))
    .join("%0A");
}

/** A property of a workflow command (`file=…`): as the message, and `:` and `,` besides, which end a property. */
export function escapeWorkflowProperty(text: string): string {
  return escapeWorkflowData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
