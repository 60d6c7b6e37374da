/** A repository's path as it stands in an address: no character of it can end a Markdown link, an attribute or the path. */
export function escapeUrlPath(path: string): string {
  return (
    path
      .split("/")
      .map((segment) => encodeURIComponent(segment.toWellFormed()).replace(/[!'()*~]/g, percent))
      // A browser would climb out of the commit with these, encoded once or not at all.
      .map((segment) => (segment === "." || segment === ".." ? segment.replaceAll(".", "%252E") : segment))
      .join("/")
  );
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
