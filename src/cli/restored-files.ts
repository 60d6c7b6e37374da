import type { CommitRequest, GitEntry } from "../git/write-commit.ts";
import type { ServiceId } from "../model/basics.ts";
import type { CatalogEntry } from "../model/catalog.ts";
import type { Diagnosed } from "../model/diagnostic.ts";
import type { Tree } from "../model/tree.ts";
import { editService } from "../scaffold/edit-service.ts";

type Put = CommitRequest["put"];

/**
 * The files that make a service again what an older commit declares: its file, written where it is declared now and under the id
 * that it has now, and the very folders and files that it ran from. Empty where nothing differs. Null with diagnostics where the
 * file cannot be carried over to its new id.
 */
export async function restoredFiles(
  service: ServiceId,
  then: { readonly entry: CatalogEntry; readonly tree: Tree },
  now: { readonly entry: CatalogEntry | undefined; readonly tree: Tree },
): Promise<Diagnosed<Put | null>> {
  const put = new Map<string, Uint8Array | GitEntry>();
  const { artifact } = then.entry;
  for (const [path, oid] of artifact.kind === "files" ? Object.entries(artifact.trees) : [])
    if ((await now.tree.idAt(path)) !== oid) put.set(path, { mode: await modeOf(then.tree, path), oid });

  const file = now.entry?.file ?? then.entry.file;
  const text = await textAt(then.tree, then.entry.file);
  const { previousId } = now.entry ?? {};
  const edits = [
    ...(then.entry.id === service ? [] : [{ path: ["id"], value: service }]),
    ...(previousId === undefined || previousId === then.entry.previousId
      ? []
      : [{ path: ["previous_id"], value: previousId }]),
  ];
  const edited = editService(text, edits);
  if (edited.value === null) return { value: null, diagnostics: edited.diagnostics };
  // A folder that is restored around it takes its place with it.
  const isCovered = [...put.keys()].some((path) => file.startsWith(`${path}/`));
  if (isCovered || edited.value !== (await textAt(now.tree, file))) put.set(file, Buffer.from(edited.value));
  return { value: put, diagnostics: [] };
}

/** Empty where there is no such file. */
async function textAt(tree: Tree, path: string): Promise<string> {
  const blob = await tree.idAt(path);
  if (blob === null) return "";
  for await (const { content } of tree.read([blob])) return Buffer.from(content).toString("utf8");
  return "";
}

async function modeOf(tree: Tree, path: string): Promise<string> {
  for await (const entry of tree.list(path)) return entry.path === path ? entry.mode : "040000";
  return "040000";
}
