import type { Diagnostic, Severity } from "../model/diagnostic.ts";
import { CODES } from "./codes.ts";
import { escapeTerminal } from "./escape-terminal.ts";
import { inFileOrder } from "./order.ts";
import { printableJson } from "./printable-json.ts";

/**
 * Diagnostics as SARIF 2.1.0, which GitHub code scanning and editors read. `version` is Fairlead's own. Ends with a line
 * break. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function renderSarif(diagnostics: readonly Diagnostic[], { version }: { readonly version: string }): string {
  const sorted = inFileOrder(diagnostics);
  const codes = [...new Set(sorted.map((diagnostic) => diagnostic.code))].sort();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "fairlead", version, rules: codes.map(rule) } },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { ROOT: { description: { text: "The top folder of the repository." } } },
        results: sorted.map((diagnostic) => result(diagnostic, codes.indexOf(diagnostic.code))),
      },
    ],
  };
  return printableJson(log);
}

const LEVEL: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };
const LINE_MAX = 2000;

function rule(code: string): unknown {
  const meanings: Readonly<Record<string, string>> = CODES;
  const meaning = Object.hasOwn(meanings, code) ? meanings[code] : undefined;
  return { id: code, ...(meaning === undefined ? {} : { shortDescription: { text: meaning } }) };
}

function result(diagnostic: Diagnostic, ruleIndex: number): unknown {
  const { code, severity, summary, detail, hint, range, line, service, environment } = diagnostic;
  const message = [summary, detail, hint && `Hint: ${hint}`].filter((part) => part !== undefined).join("\n");
  const properties = { ...(service ? { service } : {}), ...(environment ? { environment } : {}) };
  return {
    ruleId: code,
    ruleIndex,
    level: LEVEL[severity],
    message: { text: plainText(message) },
    ...(range
      ? {
          locations: [
            {
              physicalLocation: {
                artifactLocation: {
                  uri: range.file.toWellFormed().split("/").map(encodeURIComponent).join("/"),
                  uriBaseId: "ROOT",
                },
                region: {
                  startLine: range.start.line,
                  startColumn: range.start.column,
                  endLine: range.end.line,
                  endColumn: range.end.column,
                  ...(line === undefined || line.length > LINE_MAX ? {} : { snippet: { text: escapeTerminal(line) } }),
                },
              },
            },
          ],
        }
      : {}),
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
  };
}

/** In a SARIF message `[text](target)` is a link: a user's file must not be able to write one. */
function plainText(text: string): string {
  return text.split("\n").map(escapeTerminal).join("\n").replaceAll("](", "] (");
}
