import { executorFaultsSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

executorFaultsSuite(startEmbeddedHandle);
