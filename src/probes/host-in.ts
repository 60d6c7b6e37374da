/** The host in an address as sockets take it: an IPv6 address without its brackets. Empty where there is none that can be read. */
export function hostIn({ hostname }: Pick<URL, "hostname">): string {
  try {
    return decodeURIComponent(hostname).replace(/^\[(.*)\]$/, "$1");
  } catch {
    return "";
  }
}
