import type { Tree, TreeEntry } from "../model/tree.ts";
import { type Read, readContent } from "./read-text.ts";

/** A service file with what could be read of it. */
export interface ReadFile {
  readonly entry: TreeEntry;
  readonly read: Read;
}

/** Contents of files of a Tree, decoded and parsed, in the order given; one pass over the Tree. */
export async function* readServices(tree: Tree, files: readonly TreeEntry[]): AsyncGenerator<ReadFile> {
  let index = 0;
  for await (const { content } of tree.read(files.map((file) => file.blob))) {
    const entry = files[index++];
    if (!entry) return;
    const read = readContent(entry.path, content);
    yield { entry, read: read instanceof Promise ? await read : read };
  }
}
