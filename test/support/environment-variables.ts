/** Sets environment variables until `jest.restoreAllMocks()`. */
export function setEnvironment(variables: Readonly<Record<string, string>>): void {
  jest.replaceProperty(process, 'env', { ...process.env, ...variables });
}
