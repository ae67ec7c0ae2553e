import { executorContainerFaultsSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

executorContainerFaultsSuite(startEmbeddedHandle);
