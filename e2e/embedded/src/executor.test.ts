import { executorSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

executorSuite(startEmbeddedHandle);
