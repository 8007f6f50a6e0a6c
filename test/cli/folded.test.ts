import { folded } from '../../cli/terminal';

const fold = (line: string, columns = 40) => folded(line, columns).split('\n');

describe('a long line in a narrow terminal', () => {
  test('goes on below its text', () => {
    expect(fold('    access key AKIAEXAMPLE, Active, created 2019-05-01 (7 years ago)')).toEqual([
      '    access key AKIAEXAMPLE, Active,',
      '      created 2019-05-01 (7 years ago)',
    ]);
  });

  test('is not broken within short parentheses', () => {
    expect(fold('    signing certificate, created 2019-05-01 (7 years ago), in use', 56)).toEqual([
      '    signing certificate, created 2019-05-01',
      '      (7 years ago), in use',
    ]);
  });

  test('is not broken after an arrow', () => {
    expect(fold('    password, created long ago, unused → deleted')).toEqual(['    password, created long ago, unused', '      → deleted']);
  });

  test('goes on after its label', () => {
    expect(fold('may block  the service control policy deny-root denies root sessions')).toEqual([
      'may block  the service control policy',
      '           deny-root denies root',
      '           sessions',
    ]);
  });

  test('does not count colours', () => {
    const line = '  \u001b[33m222222222222\u001b[39m payments, a@example.com';
    expect(fold(line, 50)).toEqual([line]);
  });

  test.each([
    '  npx cdk-root-access close-recovery 222222222222 --opened 2026-11-27T10:00:00.000Z',
    '           → aws organizations enable-aws-service-access --service-principal iam.amazonaws.com',
    '      "Resource": "a text with some blanks, in which a line break would be another text"',
    'arn:aws:iam::222222222222:mfa/a-device-with-a-long-name',
  ])('stays as it is where it is copied: %s', (line) => {
    expect(fold(line)).toEqual([line]);
  });

  test.each([undefined, 0, 20])('stays as it is where there are %s columns', (columns) => {
    const line = 'one two three four five six seven eight nine ten eleven';
    expect(folded(line, columns)).toBe(line);
  });
});
