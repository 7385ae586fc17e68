import { codedError } from '@swiftcart/graphql';

/** Counts running requests and refuses those beyond a number, at once and cheaply. */
export interface LoadShedding {
  readonly running: number;
  /** Throws GraphQLError OVERLOADED, else returns how to say that the request has ended. */
  enter(): () => void;
}

export function createLoadShedding(maxConcurrent: number): LoadShedding {
  let running = 0;
  return {
    get running() {
      return running;
    },
    enter() {
      if (running >= maxConcurrent) throw codedError('OVERLOADED', 'Too busy at the moment: try again shortly.');
      running += 1;
      let hasLeft = false;
      return () => {
        if (!hasLeft) running -= 1;
        hasLeft = true;
      };
    },
  };
}
