import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (file: string) => readFileSync(join(__dirname, '..', file), 'utf8');

test.each(['security-stack.ts', 'security-stack.test.ts'])('the guide to testing shows %s as it is run', (file) => {
  expect(read('docs/testing-in-your-app.md')).toContain(`\`\`\`ts\n${read(`test/apps/testing-guide/${file}`)}\`\`\`\n`);
});
