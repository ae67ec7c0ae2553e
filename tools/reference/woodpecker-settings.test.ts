import { describe, expect, it } from 'vitest';
import { agentVariables, woodpeckerBindings } from './woodpecker-settings-page.ts';

const repeated = <T>(values: readonly T[]): readonly T[] =>
  values.filter((value, at) => values.indexOf(value) !== at);

describe("Woodpecker's variables", () => {
  it('belong to one plugin each, unless all its users share them', () => {
    const alone = woodpeckerBindings.flatMap(({ rows, options = [] }) =>
      [...rows, ...options.flatMap(({ gate }) => gate ?? [])]
        .filter(({ shared }) => shared !== true)
        .map(({ key }) => key),
    );
    expect(repeated(alone)).toEqual([]);
  });

  it('are keys of their own name, each with its flag', () => {
    const named = woodpeckerBindings.flatMap(({ rows, options = [] }) => [
      ...rows,
      ...options.flatMap(({ gate }) => gate ?? []),
    ]);
    for (const { key, environment, flag = '' } of named) {
      expect(key).toBe(`/${environment ?? ''}`);
      expect(flag).toMatch(/^backend-k8s-[a-z-]+$/);
    }
  });
});

describe("the agent's own variables", () => {
  const flags = agentVariables.flatMap(({ flag, aliases = [] }) => [flag, ...aliases]);

  it('have names and flags of their own', () => {
    const names = agentVariables.flatMap(({ names: each }) => each);
    const ofPlugins = woodpeckerBindings.flatMap(({ rows }) => rows);
    expect(repeated([...new Set(ofPlugins.flatMap(({ flag }) => flag ?? [])), ...flags])).toEqual(
      [],
    );
    expect(repeated(names)).toEqual([]);
    expect(names.filter((name) => !/^(?:WOODPECKER|MILLRACE)_[A-Z_]+$/.test(name))).toEqual([]);
    expect(flags.filter((flag) => !/^[a-z-]+$/.test(flag))).toEqual([]);
  });

  it('are described in sentences', () => {
    expect(agentVariables.filter(({ doc }) => !/^[A-Z].*\.$/.test(doc))).toEqual([]);
  });
});

describe.each(woodpeckerBindings)('$plugin', ({ rows, options = [] }) => {
  it('describes variables and options in sentences', () => {
    const sentence = /^[A-Z`].*\.$/;
    expect([...rows, ...options].filter(({ doc }) => !sentence.test(doc))).toEqual([]);
  });
});
