/** What was opened so far, to be closed in reverse. (Node 20 has no AsyncDisposableStack.) */
export interface OpenedResources extends AsyncDisposable {
  /** Remembers a resource and hands it through. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource;
}

/** Runs `open`; when it throws, what it has opened is closed again. */
export async function openAll<Result>(open: (resources: OpenedResources) => Promise<Result>): Promise<Result> {
  const opened: AsyncDisposable[] = [];
  const resources: OpenedResources = {
    use(resource) {
      opened.push(resource);
      return resource;
    },
    async [Symbol.asyncDispose]() {
      for (const resource of opened.splice(0).reverse()) await resource[Symbol.asyncDispose]();
    },
  };
  try {
    return await open(resources);
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
}
