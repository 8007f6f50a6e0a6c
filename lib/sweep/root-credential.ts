/** Kinds of long-term credentials that a root user can have. */
export enum RootCredential {
  /** The password for console sign-in, which is the login profile in IAM. */
  PASSWORD = 'Password',

  /** Access keys, active or inactive. */
  ACCESS_KEY = 'AccessKey',

  /** X.509 signing certificates. */
  SIGNING_CERTIFICATE = 'SigningCertificate',

  /** MFA devices. A sweep deactivates them last, and only after the password is gone. */
  MFA_DEVICE = 'MfaDevice',
}
