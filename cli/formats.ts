/** The formats of a report; JSON, CSV and HTML are the files that a deployed sweep writes. */
export const FORMATS = ['table', 'json', 'csv', 'html'] as const;
export type Format = typeof FORMATS[number];

export interface OutputOptions {
  readonly output: Format;
  readonly out?: string;
}
