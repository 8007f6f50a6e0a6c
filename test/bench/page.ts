import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import type { Page } from 'playwright-core';
import { Child } from './child';
import { environmentOf, SETTINGS } from './sweep';
import { RunFolder, runPrefix } from '../../lambda/sweep/run-folder';
import { controlFiles, putControlFiles } from '../lambda/sweep/control';
import { serveListener } from '../lambda/sweep/listener';
import { serveObjects } from '../lambda/sweep/object-store';
import { findChromium, launchChromium } from '../lambda/sweep/report/chromium';
import { accountsOf, EXECUTION, selectionOf } from '../lambda/sweep/report/report-samples';

export interface PageMeasured {
  /** Until the file is open and its accounts are painted. */
  readonly openMs: number;
  /** Until what was asked for is painted: the slowest of filtering by outcome, unit and text, and of sorting. */
  readonly filterMs: number;
}

/** Opens the report of so many accounts, as the bundled function writes it, in the Chromium of this machine; nothing where there is none. */
export async function measurePage(accounts: number): Promise<PageMeasured | undefined> {
  const executable = findChromium();
  if (executable === undefined) {
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'report-page-'));
  const file = join(folder, 'report.html');
  writeFileSync(file, await reportOf(accounts));
  const browser = await launchChromium(executable);
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const began = performance.now();
    await page.goto(pathToFileURL(file).href);
    await painted(page);
    const openMs = performance.now() - began;
    return { openMs, filterMs: Math.max(...await filtered(page)) };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

/** `report.html` of a sweep whose accounts have every outcome in turn. */
async function reportOf(count: number): Promise<Buffer> {
  const [objects, listener] = await Promise.all([serveObjects(), serveListener()]);
  Object.assign(process.env, environmentOf({ aws: objects.endpoint, objects: objects.endpoint }, listener.endpoint));
  const results = accountsOf(count);
  const s3 = new S3Client({ forcePathStyle: true });
  const folder = new RunFolder(s3, process.env.REPORTS_BUCKET!, runPrefix(EXECUTION));
  const run = await folder.saveSelection(selectionOf(results, { batches: [results], execution: 'execution' }));
  await folder.saveResults('look', 0, { attempt: 'one', ended: true, results });
  await putControlFiles(s3, folder.bucket, controlFiles({ ...EXECUTION, id: 'execution', machine: 'machine' }, SETTINGS, { end: run }));
  const reporter = new Child('step-process.mts', { argument: 'sweep-report', silent: true });
  await reporter.message();
  reporter.send({ run: EXECUTION.name });
  await reporter.message();
  reporter.end();
  await Promise.all([objects.close(), listener.close()]);
  return objects.objects.get(`${folder.bucket}/${folder.prefix}report.html`)!;
}

/** How long each thing that one does in the page takes, in ms. */
async function filtered(page: Page): Promise<number[]> {
  const took: number[] = [];
  const time = async (act: () => Promise<unknown>, status: RegExp) => {
    const began = performance.now();
    await act();
    await page.locator('#status').filter({ hasText: status }).waitFor();
    await painted(page);
    took.push(performance.now() - began);
  };
  const part = / of /;
  const all = /^[\d,]+ accounts/;
  await time(() => page.getByRole('button', { name: 'Failed' }).click(), part);
  await time(() => page.getByRole('button', { name: 'Show all' }).click(), all);
  await time(() => page.locator('#unit').selectOption({ index: 2 }), part);
  await time(() => page.getByRole('button', { name: 'Show all' }).click(), all);
  await time(() => page.locator('#text').fill('account-99'), part);
  await time(() => page.getByRole('button', { name: 'Show all' }).click(), all);
  await time(() => page.getByRole('button', { name: 'Account', exact: true }).click(), all);
  return took;
}

/** A frame is painted between one and the next. */
const painted = (page: Page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
