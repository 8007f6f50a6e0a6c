import { readFileSync, writeFileSync } from 'fs';

const ASSEMBLY = '.jsii';

/**
 * Runs after the compiler: the README in the assembly, which PyPI and Construct Hub show, gets links that work there.
 * npm and GitHub resolve relative ones.
 */
function main() {
  const assembly = JSON.parse(readFileSync(ASSEMBLY, 'utf8'));
  const repository = assembly.repository.url.replace(/\.git$/, '');
  const ref = assembly.version === '0.0.0' ? 'main' : `v${assembly.version}`;
  assembly.readme.markdown = withAbsoluteLinks(assembly.readme.markdown, {
    page: `${repository}/blob/${ref}/`,
    image: `${repository.replace('//github.com/', '//raw.githubusercontent.com/')}/${ref}/`,
  });
  writeFileSync(ASSEMBLY, JSON.stringify(assembly, undefined, 2));
}

interface Bases {
  readonly page: string;
  readonly image: string;
}

/** Blocks of code are left as they are. */
function withAbsoluteLinks(markdown: string, { page, image }: Bases): string {
  const BLOCK = /(^```[\s\S]*?^```)/m;
  return markdown.split(BLOCK).map((part, index) => index % 2 ? part : part
    .replace(/(!?)(\[(?:[^[\]]|\[[^\]]*\])*\]\()(?![\w+.-]+:|#|\/)([^)\s]+)/g, (_, isImage, text, path) => `${isImage}${text}${isImage ? image : page}${path}`)
    .replace(/(\b(?:src|srcset)=")(?![\w+.-]+:|\/)([^"]+)/g, `$1${image}$2`)
    .replace(/(\bhref=")(?![\w+.-]+:|#|\/)([^"]+)/g, `$1${page}$2`)).join('');
}

main();
