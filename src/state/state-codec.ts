import { createHash, hash } from "node:crypto";
import type { ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { digestOf } from "../model/digest.ts";
import { type Claim, type Journal, type Release, type ServiceRecord, STATE_VERSION } from "../model/state.ts";
import { StateError } from "./state-error.ts";
import { type StateDocument, stateValidator, type Validate } from "./state-schema.ts";

/** `environment.json`: what belongs to the environment as a whole. */
export interface EnvironmentFile {
  readonly version: typeof STATE_VERSION;
  readonly environment: string;
  readonly epoch: number;
  readonly claim: Claim | null;
}

export const ENVIRONMENT_FILE = "environment.json";
export const JOURNAL_FILE = "journal.json";

/** Where a service's record lies: sharded, so that a change among 10,000 touches two small folders. */
export function recordPath(id: ServiceId): string {
  return `${createHash("sha256").update(id).digest("hex").slice(0, 2)}/${id}.json`;
}

/** Which document a path of the ref should hold; null: none that belongs there. */
export function documentAt(path: string): StateDocument | null {
  if (path === ENVIRONMENT_FILE) return "environment";
  if (path === JOURNAL_FILE) return "journal";
  const id = /^[0-9a-f]{2}\/([a-z0-9-]{1,63})\.json$/.exec(path)?.[1];
  return id !== undefined && recordPath(id) === path ? "record" : null;
}

/** Sorted keys, two spaces, a newline at the end: the same value has the same bytes, and a diff shows what changed. */
export function encode(value: EnvironmentFile | Journal | ServiceRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify(sorted(value), null, 2)}\n`);
}

/** Throws where a document of ours breaks our own schema: a bug, met before it is written and not when it is read. */
export async function checkWritten(path: string, value: EnvironmentFile | Journal | ServiceRecord): Promise<void> {
  const document = documentAt(path);
  const problems =
    document === null
      ? [{ pointer: "", message: "has no place in State" }]
      : judge(await stateValidator(), document, path, value);
  const first = problems[0];
  if (first) throw new TypeError(`${path} would not be valid: ${first.pointer || "it"} ${first.message}`);
}

/** Reads documents of a state ref that nobody vouches for. */
export interface Decoder {
  /** The parsed document, or null after noting a diagnostic. */
  decode(path: string, content: Uint8Array): unknown;
  note(path: string, summary: string, more?: Partial<Diagnostic>): void;
  /** Throws a StateError with everything that was noted. */
  finish(): void;
}

/** How many problems are reported before the rest is left to the next run. */
const NOTED_MAX = 20;

export async function decoder(ref: string, environment: string): Promise<Decoder> {
  const validate = await stateValidator();
  const noted: Diagnostic[] = [];
  const note: Decoder["note"] = (path, summary, more = {}) => {
    if (noted.length >= NOTED_MAX) return;
    noted.push({
      code: "state-corrupt",
      severity: "error",
      summary,
      detail: `Fairlead applies nothing while the recorded state of \`${environment}\` is not what it wrote`,
      hint: `see who changed it with \`git log ${ref}\`, and restore the last good commit`,
      range: {
        file: `${ref}:${path}`,
        start: { line: 1, column: 1, offset: 0 },
        end: { line: 1, column: 1, offset: 0 },
      },
      environment,
      ...more,
    });
  };
  return {
    note,
    decode(path, content) {
      const document = documentAt(path);
      if (document === null) {
        note(path, `\`${path}\` has no place in State`);
        return null;
      }
      const parsed = parse(content);
      if (parsed.is === "broken") {
        note(path, `\`${path}\` is not JSON: ${parsed.why}`, positionIn(ref, path, parsed.text, parsed.why));
        return null;
      }
      const version = (parsed.value as { version?: unknown } | null)?.version;
      if (document === "environment" && typeof version === "number" && version > STATE_VERSION) {
        note(path, `the state of \`${environment}\` was written by a later Fairlead (version ${version})`, {
          code: "state-from-the-future",
          detail: `this Fairlead reads version ${STATE_VERSION}`,
          hint: "upgrade Fairlead in this repository",
        });
        return null;
      }
      for (const problem of judge(validate, document, path, parsed.value)) {
        note(path, `\`${path}\`: ${problem.pointer || "the file"} ${problem.message}`);
        return null;
      }
      return parsed.value;
    },
    finish() {
      const [first, ...rest] = noted;
      if (first) throw new StateError([first, ...rest]);
    },
  };
}

type Parsed =
  | { readonly is: "parsed"; readonly value: unknown }
  | { readonly is: "broken"; readonly text: string; readonly why: string };

function parse(content: Uint8Array): Parsed {
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
    const value: unknown = JSON.parse(text);
    // An own key `__proto__` is harmless here and poison in whoever copies the object with `=`.
    if (/__proto__|\\u/i.test(text) && hasPoison(value)) return { is: "broken", text, why: "it has a key `__proto__`" };
    return { is: "parsed", value };
  } catch (error) {
    return { is: "broken", text, why: text === "" ? "it is empty or not UTF-8" : (error as Error).message };
  }
}

function hasPoison(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPoison);
}

function positionIn(ref: string, path: string, text: string, why: string): Partial<Diagnostic> {
  const found = /position (\d+)/.exec(why);
  const offset = found === null ? text.length : Math.min(Number(found[1]), text.length);
  const before = text.slice(0, offset).split("\n");
  const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, offset };
  const line = text.split("\n")[before.length - 1] ?? "";
  return { range: { file: `${ref}:${path}`, start: position, end: position }, line: line.slice(0, 500) };
}

interface Problem {
  readonly pointer: string;
  readonly message: string;
}

/** The schema, and what a schema cannot say: that a record is about itself and its numbers add up. */
function judge(validate: Validate, document: StateDocument, path: string, value: unknown): readonly Problem[] {
  const violations = validate(document, value);
  return violations.length > 0 || document !== "record" ? violations : judgeRecord(path, value as ServiceRecord);
}

function judgeRecord(path: string, record: ServiceRecord): Problem[] {
  const problems: Problem[] = [];
  const expect = (holds: boolean, pointer: string, message: string) => {
    if (!holds) problems.push({ pointer, message });
  };
  const numbers = record.releases.map((release) => release.number);
  const known = (number: number | null) => number === null || numbers.includes(number);
  expect(recordPath(record.service) === path, "/service", `is \`${record.service}\`, which belongs in another file`);
  record.releases.forEach((release, index) => {
    expect(
      release.service === record.service,
      `/releases/${index}/service`,
      `is \`${release.service}\`, another service`,
    );
    expect(
      release.spec.id === record.service,
      `/releases/${index}/spec/id`,
      `is \`${release.spec.id}\`, another service`,
    );
    expect(isWhatItsDigestSays(release), `/releases/${index}/spec`, "is not what its digest says");
    expect(
      digestOf(release.artifact) === release.artifactDigest,
      `/releases/${index}/artifact`,
      "is not what its digest says",
    );
    expect(index === 0 || release.number > (numbers[index - 1] ?? 0), `/releases/${index}/number`, "is out of order");
    expect(release.number < record.nextRelease, `/releases/${index}/number`, "would be given out again");
  });
  expect(known(record.stable), "/stable", "names a release that is not recorded");
  if (record.rollout) {
    expect(record.rollout.service === record.service, "/rollout/service", "is another service");
    expect(known(record.rollout.to), "/rollout/to", "names a release that is not recorded");
    expect(known(record.rollout.from), "/rollout/from", "names a release that is not recorded");
    const { to, strategy } = record.rollout;
    expect(to !== null || strategy === "retire", "/rollout/to", "names no release, as only `retire` may");
  }
  return problems;
}

/** Written with sorted keys, a spec has the digest of its text as it stands; whatever else is read is sorted first. */
function isWhatItsDigestSays({ spec, specDigest, renamedFrom }: Release): boolean {
  const made = renamedFrom === undefined ? spec : { ...spec, id: renamedFrom };
  return hash("sha256", JSON.stringify(made)) === specDigest || digestOf(made) === specDigest;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted((value as Record<string, unknown>)[key])]),
  );
}
