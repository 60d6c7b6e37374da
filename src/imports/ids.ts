/** Ids as service files have them: RFC 1123 labels. */
export interface Ids {
  /**
   * An id that nothing else of this import has. `wanted` are names, the best first; a second service of one name gets the
   * group before it, or a number behind.
   */
  take(names: readonly string[], group?: string | null): { readonly id: string; readonly why: string | null };
}

const LENGTH_MAX = 63;

export function newIds(): Ids {
  const taken = new Set<string>();
  const taking = (id: string): string => {
    taken.add(id);
    return id;
  };
  return {
    take(names, group) {
      const slugs = names.map((name) => labelOf(name)).filter((slug) => slug !== "");
      const first = slugs[0] ?? "service";
      if (!taken.has(first)) return { id: taking(first), why: null };
      const inGroup = labelOf(`${group ?? ""} ${first}`);
      const why = `\`${first}\` is another one's id already`;
      if (inGroup !== first && !taken.has(inGroup)) return { id: taking(inGroup), why };
      for (let number = 2; ; number++) {
        const id = `${first.slice(0, LENGTH_MAX - 8)}-${number}`;
        if (!taken.has(id)) return { id: taking(id), why };
      }
    },
  };
}

/** `Überweisungen (EU)` → `uberweisungen-eu`; empty where no letter of ASCII and no digit is left. */
export function labelOf(text: string, max = LENGTH_MAX): string {
  return text
    .slice(0, 1_000)
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replaceAll("ß", "ss")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, max)
    .replace(/-+$/, "");
}
