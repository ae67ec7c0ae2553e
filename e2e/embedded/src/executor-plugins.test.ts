import { executorPluginsSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

executorPluginsSuite(startEmbeddedHandle);
