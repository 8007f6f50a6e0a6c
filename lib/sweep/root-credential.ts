/** Kinds of long-term credentials that a root user can have. */
export enum RootCredential {
  /** The password for the console: IAM's login profile. */
  PASSWORD = 'Password',

  /** Access keys, active and inactive. */
  ACCESS_KEY = 'AccessKey',

  /** X.509 signing certificates. */
  SIGNING_CERTIFICATE = 'SigningCertificate',

  /** MFA devices. A sweep deactivates them last, and only when the password is gone. */
  MFA_DEVICE = 'MfaDevice',
}
