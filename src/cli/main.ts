/**
 * `cli/` is the face that people type at: it reads arguments, environment and clock, composes the rooms, prints, and
 * chooses the exit code. It decides nothing about services; what it knows it asked a room.
 *
 * This file answers `--version` before anything else is loaded, since scripts ask it often.
 */
import { version } from "./version.ts";

const [first] = process.argv.slice(2);
if (process.argv.length === 3 && (first === "--version" || first === "-V")) {
  process.stdout.write(`${version()}\n`);
} else {
  const { main } = await import("./program.ts");
  process.exitCode = await main(process.argv);
}
