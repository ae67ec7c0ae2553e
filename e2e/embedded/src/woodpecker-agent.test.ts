import { woodpeckerAgentSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

woodpeckerAgentSuite(startEmbeddedHandle);
