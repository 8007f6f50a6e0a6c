/// <reference path="../../raw-text.d.ts" />
import { createHash } from 'crypto';
import type { SweepReport } from './contents';
import style from './page/page.css?raw';
import page from './page/page.html?raw';
import script from './page/page.js?raw';

/** The page may run its own script and style and nothing else, whatever a name in the report would like: nothing is loaded or sent. */
const POLICY = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`;

/** The report for people: one file that needs no network. The script writes everything of the report as text. */
export function htmlOf(report: SweepReport): string {
  const parts: Record<string, string> = { POLICY, STYLE: style, SCRIPT: script, REPORT: dataOf(report) };
  return page.replace(/\{\{(\w+)\}\}/g, (_, name: string) => parts[name]);
}

/** JSON that no browser takes for the end of its element, or for anything but JSON. */
function dataOf(report: SweepReport): string {
  return JSON.stringify(report).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
