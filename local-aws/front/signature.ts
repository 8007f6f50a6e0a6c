import type { IncomingHttpHeaders } from 'node:http';

/** The scope of a SigV4 signature. */
export interface Scope {
  readonly accessKeyId: string;
  readonly region: string;
  /** The name under which the service signs: `states`, `s3`. */
  readonly service: string;
}

/** In the header or, presigned, in the query. */
const CREDENTIAL = /(Credential=)([^/%]+)(\/|%2F)(\d{8})(?:\/|%2F)([^/%]+)(?:\/|%2F)([^/%]+)(?=\/|%2F)/i;

export function scopeOf(headers: IncomingHttpHeaders, url: string): Scope | undefined {
  const found = CREDENTIAL.exec(headers.authorization ?? url);
  return found ? { accessKeyId: found[2], region: found[5], service: found[6] } : undefined;
}

/** The same request signed, in name, by the account itself: the engine takes a 12-digit key for the account and checks no signature. */
export function signedByAccount(headers: IncomingHttpHeaders, url: string, accountId: string) {
  const { expect, 'x-amz-security-token': token, authorization, ...others } = headers;
  const signed = (text: string) => text.replace(CREDENTIAL, (match, name, key) => match.replace(name + key, name + accountId));
  return authorization
    ? { url, headers: { ...others, authorization: signed(authorization) } }
    : { url: signed(url), headers: others };
}
