import { executorContainersSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

executorContainersSuite(startEmbeddedHandle);
