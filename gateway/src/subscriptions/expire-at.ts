/** No timer can be set further ahead; one that is due later is set again then. */
const longestTimerMs = 2 ** 31 - 1;

/** Acts at an instant (at once when it has passed), however far away; disposing it keeps it from acting. */
export function expireAt(when: Date, act: () => void): Disposable {
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = when.getTime() - Date.now();
    timer = setTimeout(leftMs > longestTimerMs ? wait : act, Math.min(Math.max(leftMs, 0), longestTimerMs));
    timer.unref();
  };
  wait();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
