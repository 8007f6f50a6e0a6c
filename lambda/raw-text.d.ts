/** The text of a file, which the bundler and Vite put in its place. */
declare module '*?raw' {
  const text: string;
  export default text;
}
