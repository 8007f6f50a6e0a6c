/** Whether a root user's mailbox is outside of the domains that are allowed. Of a mailbox that nobody knows, and where no domains are given, nothing is said. */
export function isForeign(email: string | undefined, allowedDomains: readonly string[] | undefined): boolean {
  const domain = email?.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return domain !== undefined && allowedDomains !== undefined && !allowedDomains.some((allowed) => allowed.toLowerCase() === domain);
}
