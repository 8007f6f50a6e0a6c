export * from './handler-options';
export * from './organization/org-root-access-features';
export * from './organization/root-access-delegation';
export * from './sweep/account-selection';
export * from './sweep/failed-accounts';
export * from './sweep/root-credential';
export * from './sweep/root-credentials-purge';
export * from './sweep/root-credentials-sweep';
