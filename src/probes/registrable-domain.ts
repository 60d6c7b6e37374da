import { createRequire } from "node:module";
import { isIP } from "node:net";
import { domainToASCII } from "node:url";

/**
 * The domain that somebody registered for a host to be below: `example.co.uk` of `www.example.co.uk`, by the public suffixes
 * of registries alone (https://publicsuffix.org, its ICANN section): nobody registers `me.github.io`. In small ASCII letters.
 * Null where no registry knows any: an address, `localhost`, a name without a dot, names kept for other uses.
 */
export function registrableDomain(host: string): string | null {
  const name = domainToASCII(host).replace(/\.$/, "");
  if (name === "" || isIP(host) !== 0) return null;
  if (NOT_REGISTERED.some((suffix) => name === suffix || name.endsWith(`.${suffix}`))) return null;
  return suffixes().getDomain(name);
}

/** Loaded when it is first needed: a long list, which validating and planning hardly ever want. */
function suffixes(): typeof import("tldts-icann") {
  return createRequire(import.meta.url)("tldts-icann") as typeof import("tldts-icann");
}

/** https://www.iana.org/assignments/special-use-domain-names, and what ICANN keeps for networks of one's own. */
const NOT_REGISTERED = ["localhost", "local", "internal", "test", "invalid", "example", "onion", "alt", "home.arpa"];
