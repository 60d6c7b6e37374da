/**
 * `cli/` is the face that people type at: it reads arguments, environment and clock, composes the rooms, prints, and
 * chooses the exit code. It decides nothing about services; what it knows it asked a room.
 */
import { main } from "./program.ts";

process.exitCode = await main(process.argv);
