export { createScript } from './create-script.ts';
export { quoteAnsiC, quotePosix, type Quoting } from './quote.ts';
export { renderScript, type ScriptFrame } from './render-script.ts';
export type {
  Block,
  ScriptBuilder,
  ScriptOptions,
  ScriptSection,
  UserCommandOptions,
} from './script-builder.ts';
export { expandable, type Expandable, type Word } from './word.ts';
