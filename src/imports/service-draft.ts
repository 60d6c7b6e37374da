import { Document, isCollection, isScalar, type Pair, type Scalar, visit, YAMLMap } from "yaml";
import type { ImportedFile } from "./imported.ts";
import type { Secrets } from "./secrets.ts";
import type { SourceValue } from "./source-value.ts";

/** A service file in the making: keys by path, each with the comments that its source had. */
export interface ServiceDraft {
  readonly id: string;
  readonly path: string;
  /** `from` gives its comments. A second value for a path takes the first one's place. */
  set(keys: readonly string[], value: unknown, from?: Pick<SourceValue, "before" | "after">): void;
  has(keys: readonly string[]): boolean;
  /** The comments of a block whose keys are set one by one. */
  noted(keys: readonly string[], from: Pick<SourceValue, "before" | "after">): void;
  /** A comment above everything. */
  headed(comment: string): void;
  /** The address is a secret: it stands among `targets`, with all that says how it is asked. */
  askedAt(secret: string): void;
  render(secrets: Secrets): ImportedFile;
}

/** Keys in the order in which people read them; what is missing here comes last. */
const ORDER =
  "id name description icon project owner type kind status external health endpoint targets url method headers body follow_redirects ip_version graphql send dns interval timeout failure_threshold success_threshold conditions".split(
    " ",
  );

/** What says how one address is asked, and stands beside it. */
const ASKING = new Set(
  "method headers body follow_redirects ip_version graphql send query dns grpc_service conditions".split(" "),
);

export function newService(id: string, name: string): ServiceDraft {
  const path = `services/${id}.yaml`;
  const values = new Map<
    string,
    { readonly keys: readonly string[]; readonly value: unknown; readonly before: string; readonly after: string }
  >();
  const notes: { readonly keys: readonly string[]; readonly before: string; readonly after: string }[] = [];
  let head = "";
  let secretAddress: string | null = null;
  const set: ServiceDraft["set"] = (keys, value, { before, after } = { before: "", after: "" }) => {
    values.set(keys.join("\0"), { keys, value, before, after });
  };
  set(["id"], id);
  set(["name"], name);
  set(["type"], "api");
  set(["external"], true);
  return {
    id,
    path,
    set,
    has: (keys) => values.has(keys.join("\0")),
    noted(keys, { before, after }) {
      notes.push({ keys, before, after });
    },
    headed(comment) {
      head = [head, comment].filter((one) => one !== "").join("\n");
    },
    askedAt(secret) {
      secretAddress = secret;
    },
    render(secrets) {
      const document = new Document({});
      if (secretAddress !== null) {
        document.setIn(["health", "targets"], document.createNode([{ name: id, url: { secret: secretAddress } }]));
      }
      const placeOf = (keys: readonly string[]): readonly (string | number)[] =>
        secretAddress !== null && keys[0] === "health" && ASKING.has(keys[1] ?? "")
          ? ["health", "targets", 0, ...keys.slice(1)]
          : keys;
      for (const { keys, value } of values.values()) document.setIn(placeOf(keys), document.createNode(value));
      for (const { keys, before, after } of [...values.values(), ...notes])
        comment(document, placeOf(keys), secrets.comment(before), secrets.comment(after));
      sort(document.contents);
      visit(document, {
        Scalar: (key, node) => {
          if (key !== "key" && typeof node.value === "string") node.value = secrets.cover(node.value);
          if (typeof node.value === "string" && node.value.includes("\n")) node.type = "BLOCK_LITERAL";
          if (node.commentBefore) node.commentBefore = secrets.cover(node.commentBefore);
          if (node.comment) node.comment = secrets.cover(node.comment);
        },
      });
      const top = secrets.cover(secrets.comment(head));
      if (top.trim() !== "") document.commentBefore = top;
      return { path, text: document.toString({ lineWidth: 0, flowCollectionPadding: true }) };
    },
  };
}

/** Comments go to the key, and to the value where it is on one line: so nothing between them can be moved. */
function comment(document: Document, keys: readonly (string | number)[], before: string, after: string): void {
  if (before.trim() === "" && after.trim() === "") return;
  const map = document.getIn(keys.slice(0, -1), true);
  const pair =
    map instanceof YAMLMap
      ? (map.items as Pair<Scalar, unknown>[]).find((item) => String(item.key.value ?? item.key) === keys.at(-1))
      : undefined;
  if (pair === undefined) return;
  if (!isScalar(pair.key)) pair.key = document.createNode(pair.key) as Scalar;
  const { value } = pair;
  const inline = isScalar(value) && !String(value.value).includes("\n") && after !== "" && !after.includes("\n");
  if (inline) value.comment = after;
  const above = inline ? before : [before, after].filter((one) => one !== "").join("\n");
  if (above.trim() !== "") pair.key.commentBefore = above;
}

function sort(node: unknown): void {
  if (!isCollection(node)) return;
  if (node instanceof YAMLMap) (node.items as Pair<unknown, unknown>[]).sort((a, b) => rank(a.key) - rank(b.key));
  for (const item of node.items as unknown[]) sort((item as Pair)?.value ?? item);
}

function rank(key: unknown): number {
  const at = ORDER.indexOf(String(isScalar(key) ? key.value : key));
  return at < 0 ? ORDER.length : at;
}
