import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

interface IconSet {
  readonly icons: Readonly<Record<string, { readonly body: string }>>;
  readonly aliases?: Readonly<Record<string, { readonly parent: string }>>;
}

/** What a service is drawn with when its icon is not declared, or is none of Ionicons'. */
const BY_TYPE: Readonly<Record<string, string>> = {
  api: "swap-horizontal-outline",
  data: "server-outline",
  integration: "git-network-outline",
  utility: "construct-outline",
};

let loaded: Promise<IconSet> | undefined;

/** The drawings (SVG bodies in a box of 512) of Ionicons by name; a service type has one too; unknown names are left out. */
export async function iconBodies(names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  loaded ??= readFile(fileURLToPath(import.meta.resolve("@iconify-json/ion/icons.json")), "utf8").then(
    (text) => JSON.parse(text) as IconSet,
  );
  const set = await loaded;
  const bodies: Record<string, string> = {};
  for (const name of new Set(names)) {
    const body = bodyOf(set, own(BY_TYPE, name) ?? name);
    if (body !== undefined) bodies[name] = body;
  }
  return bodies;
}

function bodyOf({ icons, aliases = {} }: IconSet, name: string): string | undefined {
  return own(icons, name)?.body ?? own(icons, own(aliases, name)?.parent ?? "")?.body;
}

/** Names come from service files: `constructor` is no icon. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
