import dns from "node:dns";
import { isIP } from "node:net";

/** Every host name is this machine from now on, as if the resolver had been told so. Returns what ends it. */
export function resolveToLoopback(address = "127.0.0.1"): () => void {
  const { lookup } = dns;
  const answer = (_: string, options: dns.LookupOptions, done: (...found: unknown[]) => void): void => {
    const found = { address, family: isIP(address) };
    if (options.all === true) done(null, [found]);
    else done(null, found.address, found.family);
  };
  dns.lookup = answer as unknown as typeof lookup;
  return () => {
    dns.lookup = lookup;
  };
}
