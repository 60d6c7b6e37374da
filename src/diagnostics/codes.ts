/**
 * Every code that a Diagnostic may carry, with its meaning. Codes are permanent: people filter by them, SARIF counts by
 * them, docs link to them; the wording of a message may improve, its code stays. A new problem is one more line here
 * (a test holds that no other code is used).
 */
export const CODES = {
  "not-enforced-yet": "A block is accepted and kept, but nothing acts on it yet.",
  "condition-syntax": "A health condition cannot be read.",
  "credential-in-clear": "A value looks like a credential in clear text.",
  "dependency-cycle": "Services depend on each other in a circle.",
  "endpoint-overlap": "Two services answer on the same host and path.",
  "environment-unknown": "An environment is named that fairlead.yaml does not have.",
  "event-unpublished": "A service subscribes to an event that no service publishes.",
  "file-empty": "A file says nothing.",
  "file-encoding": "A file is not UTF-8.",
  "file-too-large": "A file is too large to be a service file.",
  "health-unreachable": "A health block asks for an endpoint that cannot be reached.",
  "id-duplicate": "Two files declare the same id.",
  "key-format": "A key of the user's own has characters that are not allowed there.",
  "key-missing": "A required key is missing.",
  "key-unknown": "A key is not one that the schema knows.",
  "path-missing": "A path that a service needs is not in the repository.",
  "path-unknown": "A path that was asked about holds no service file.",
  "port-collision": "Two services declare the same port.",
  "previous-id-taken": "The previous id of a service is another one's.",
  "runs-unclear": "Nothing, or more than one thing, says what runs.",
  "strategy-unreachable": "A strategy's parameters allow no step.",
  "symlink-not-followed": "A symbolic link stands where a service file should be.",
  "symlink-outside": "A symbolic link leads out of the repository.",
  "template-not-available": "A template is not in this version.",
  "value-empty": "A value is empty.",
  "value-format": "A text has not the form that is expected.",
  "value-length": "A text is too long.",
  "value-range": "A number is too small or too large.",
  "value-twice": "A list has an item twice.",
  "value-type": "A value has the wrong type.",
  "value-unknown": "A value is not among those allowed.",
  "yaml-aliases": "Aliases lead nowhere, or are too many.",
  "yaml-depth": "A file is nested too deep.",
  "yaml-documents": "A file holds more than one document.",
  "yaml-duplicate-key": "A key is there twice.",
  "yaml-forbidden-key": "A key that reaches into programs is not allowed.",
  "yaml-key": "A key is not text.",
  "yaml-syntax": "A file is not YAML.",
  "yaml-tab": "A tab is used for indentation.",
  "yaml-tag": "A tag is not known.",
  "dependency-missing": "A service depends on an id that no file declares.",
  "health-segment-unreadable": "A file of the health history cannot be used and is left out.",
  "health-history-busy":
    "Samples could not be stored yet, because other collectors were faster or the ref was out of reach.",
  "site-port-unavailable": "The status site cannot be served on the port that was asked for.",
} as const satisfies Readonly<Record<string, string>>;

export type DiagnosticCode = keyof typeof CODES;
