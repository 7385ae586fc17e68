import { describe, expect, it } from 'vitest';
import { linkFaults, processFaults } from './nemesis/fault-plan.ts';
import { readOptions } from './options.ts';
import { createRandom } from './random.ts';

const targets = { services: ['orders', 'users'], stores: ['database'] };
const take = <Item>(items: Iterator<Item, never>, count: number) =>
  Array.from({ length: count }, (): Item => items.next().value);

describe('a seed', () => {
  it('repeats every fault with its target and its times', () => {
    const plan = (seed: number) => {
      const random = createRandom(seed);
      const processes = take(processFaults(random.fork('processes'), targets), 50);
      return [...processes, ...take(linkFaults(random.fork('links'), ['a->b', 'b->c']), 50)];
    };
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  it('gives each part of a run its own draws, so that one that is slower changes nothing for the others', () => {
    const quick = createRandom(3);
    const slow = createRandom(3);
    take({ next: () => ({ done: false, value: slow.next() }) }, 100);
    expect(slow.fork('shopper-1').next()).toBe(quick.fork('shopper-1').next());
    expect(quick.fork('shopper-1').next()).not.toBe(quick.fork('shopper-2').next());
  });

  it('plans every kind of fault', () => {
    const random = createRandom(1);
    const links = take(linkFaults(random, ['a->b']), 200).flat();
    const kinds = links.map((each) => (each.kind === 'link' ? each.fault.kind : ''));
    expect(new Set(kinds)).toEqual(new Set(['delay', 'cut', 'blackhole', 'loseReply']));
    const ends = links.map((each) => (each.kind === 'link' ? each.held : ''));
    expect(new Set(ends)).toEqual(new Set(['late', 'reset', 'lost']));
    const processes = take(processFaults(random, targets), 50).flat();
    expect(new Set(processes.map(({ kind }) => kind))).toEqual(new Set(['kill', 'stop']));
  });

  it('lets a store fail together with a service now and then, and never two of a kind', () => {
    const planned = take(processFaults(createRandom(1), targets), 200).map((each) =>
      each.map((fault) => (targets.stores.includes(fault.target) ? 'store' : 'service')).join('+'),
    );
    expect(new Set(planned)).toEqual(new Set(['service', 'store', 'service+store']));
    const doubles = planned.filter((each) => each === 'service+store').length;
    expect(doubles).toBeGreaterThan(20);
    expect(doubles).toBeLessThan(70);
  });
});

describe('the options', () => {
  it('default to a minute of faults, twenty shoppers and a fresh seed', () => {
    const quiet = { report: null, isMarkdown: false, isVerbose: false };
    expect(readOptions([], () => 42)).toEqual({ seed: 42, seconds: 60, shoppers: 20, ...quiet });
    expect(readOptions(['--seed', '7', '--minutes', '10', '--shoppers', '5'], () => 42)).toEqual({
      ...{ seed: 7, seconds: 600, shoppers: 5 },
      ...quiet,
    });
    expect(readOptions(['--report', 'out.json', '--markdown'], () => 42)).toMatchObject({
      report: 'out.json',
      isMarkdown: true,
    });
  });

  it.each([[['--seed', 'x']], [['--seconds', '1']], [['--seconds', '60', '--minutes', '1']], [['--shoppers', '0']]])(
    'refuses %j',
    (args) => {
      expect(() => readOptions(args, () => 42)).toThrow(/--(seed|seconds|shoppers)/);
    },
  );
});
