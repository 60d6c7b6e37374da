/** Paths inside a Tree: slash-separated, relative, as Git orders and accepts them. */

/** Git's order: by the bytes of UTF-8, which is the order of code points and not of JavaScript's UTF-16 units. */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      // Surrogates stand for code points above everything else, yet their units sort below U+E000 to U+FFFF.
      const high = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
      return high(x) - high(y);
    }
  }
  return a.length - b.length;
}

/** `./services/` → `services`, `.` → ``; null for a path that leads out of the Tree. */
export function normalPath(path: string): string | null {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (path.startsWith("/") || parts.includes("..")) return null;
  return parts.join("/");
}

/** True where a path may be written: relative, no empty, `.` or `..` part, nothing that any file system takes for `.git`. */
export function isSafePath(path: string): boolean {
  if (path === "" || path.includes("\0") || (process.platform === "win32" && path.includes("\\"))) return false;
  return path
    .split("/")
    .every(
      (part) =>
        part !== "" &&
        part !== "." &&
        part !== ".." &&
        !/^(\.git|git~\d+)[ .:]*$/i.test(part.replace(/[\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, "")),
    );
}

/** True where `path` is `under` or lies below it. */
export function isUnder(path: string, under: string): boolean {
  return under === "" || path === under || (path.startsWith(under) && path[under.length] === "/");
}
