#!/usr/bin/env node
/* ES5 on purpose: an old Node must be able to read this far and say what it needs. */
var version = process.versions.node.split(".").map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 22)) {
  console.error(
    "fairlead needs Node 22.22 or newer; this is Node " +
      process.versions.node +
      ".\n" +
      "Install one from https://nodejs.org (or: npx -p node@24 -p fairlead fairlead ...).",
  );
  process.exit(1);
}
var path = require("path");
if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-V")) {
  /* Scripts ask this often: nothing else is loaded for it. */
  console.log(require("../package.json").version);
} else {
  var moduleApi = require("module");
  if (moduleApi.enableCompileCache) moduleApi.enableCompileCache();
  import(require("url").pathToFileURL(path.join(__dirname, "..", "dist", "src", "cli", "main.js")).href);
}
