import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const CHECKOUT = join(import.meta.dirname, "../../..");
const CLI = join(CHECKOUT, "src/cli/main.ts");

/**
 * The one thing that a test's machine lacks is npm's registry. So `npm ci` is answered by a script that puts a
 * `fairlead` into `node_modules/.bin` which is this checkout's, and `npx` by one that runs what is there.
 */
export function makeTools(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const script = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  };
  script("npm", NPM);
  script("npx", NPX);
  return folder;
}

/** A folder with the Node that runs the tests, for `setup-node` to put on the path. */
export function makeNode(folder: string): string {
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, "node"), { force: true });
  symlinkSync(process.execPath, join(folder, "node"));
  return folder;
}

/** The machine's own path: without the packages of whoever started the tests. */
export function machinePath(): string {
  const parts = (process.env["PATH"] ?? "").split(delimiter);
  return parts.filter((part) => !part.includes("node_modules") && !part.includes("node-gyp-bin")).join(delimiter);
}

const FAIRLEAD = `#!/bin/bash
exec node '${CLI.replaceAll("'", "'\\''")}' "$@"
`;

const NPM = `#!/bin/bash
set -euo pipefail
folder=.
while [ $# -gt 0 ]; do
  case "$1" in
    ci | install) command=$1 ;;
    run) command=run ;;
    --prefix) folder=$2; shift ;;
    --) shift; break ;;
    -*) ;;
    *) script=$1 ;;
  esac
  shift
done
cd "$folder"
if [ "$command" = run ]; then
  [ "$script" = fairlead ] || { echo "npm error Missing script: \\"$script\\"" >&2; exit 1; }
  exec node '${CLI.replaceAll("'", "'\\''")}' "$@"
fi
[ -f package.json ] || { echo "npm error code ENOENT: no package.json in $PWD" >&2; exit 254; }
if [ "$command" = ci ] && [ ! -f package-lock.json ]; then
  echo "npm error code EUSAGE: the \\\`npm ci\\\` command can only install with an existing package-lock.json" >&2
  exit 1
fi
# Where it is this checkout itself, everything is there.
[ "$PWD" = '${CHECKOUT.replaceAll("'", "'\\''")}' ] && exit 0
mkdir -p node_modules/.bin
cat > node_modules/.bin/fairlead <<'SCRIPT'
${FAIRLEAD}SCRIPT
chmod +x node_modules/.bin/fairlead
echo "added 1 package"
`;

const NPX = `#!/bin/bash
set -euo pipefail
while [ $# -gt 0 ]; do
  case "$1" in
    --) shift; break ;;
    -*) shift ;;
    *) break ;;
  esac
done
program=$1
shift
[ -x "node_modules/.bin/$program" ] || { echo "npm error npx canceled due to missing packages: $program" >&2; exit 1; }
exec "node_modules/.bin/$program" "$@"
`;
