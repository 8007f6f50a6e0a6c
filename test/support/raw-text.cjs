/** `import text from './page.css?raw'`: a file as it is, for jest. */
module.exports = {
  process: (text) => ({ code: `module.exports = ${JSON.stringify(text)};` }),
};
