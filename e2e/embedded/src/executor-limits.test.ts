import { executorLimitsSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

executorLimitsSuite(startEmbeddedHandle);
