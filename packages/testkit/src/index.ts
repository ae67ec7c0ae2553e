export {
  createPluginHarness,
  type HarnessOptions,
  type PluginHarness,
  type PluginUnderTest,
} from './plugin-harness.ts';
export { silentLogger } from './silent-logger.ts';
