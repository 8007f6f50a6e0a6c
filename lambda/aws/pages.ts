/** Everything on every page: pages may be short, or empty and followed by others. */
export async function everyItem<Page, Item>(pages: AsyncIterable<Page>, items: (page: Page) => Item[] | undefined): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) {
    found.push(...(items(page) ?? []));
  }
  return found;
}
