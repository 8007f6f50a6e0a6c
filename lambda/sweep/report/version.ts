declare const LIBRARY_VERSION: string | undefined;

/** Of this library, as the bundler writes it into the bundle. Elsewhere, as in unit tests, there is none. */
export const VERSION: string | undefined = typeof LIBRARY_VERSION === 'undefined' ? undefined : LIBRARY_VERSION;
