// Preloaded into measured Node processes: writes the highest resident set, in KB, as the process ends.
import { writeFileSync } from "node:fs";

const file = process.env.FAIRLEAD_BENCH_RSS;
if (file) process.on("exit", () => writeFileSync(file, String(process.resourceUsage().maxRSS)));
