import { setEnvironment } from '../support/environment-variables';

afterEach(() => void jest.restoreAllMocks());

test('a line of the log names the library, and fields one by one', async () => {
  setEnvironment({ POWERTOOLS_DEV: 'true', POWERTOOLS_LOG_LEVEL: 'INFO' }); // to the console, where it can be seen
  const lines: string[] = [];
  jest.spyOn(console, 'info').mockImplementation((line: string) => void lines.push(line));
  const { log } = await import('../../lambda/log');
  log.info('closing', { accountId: '222222222222' });
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([expect.objectContaining({ level: 'INFO', message: 'closing', service: 'cdk-root-access', accountId: '222222222222' })]);
});
