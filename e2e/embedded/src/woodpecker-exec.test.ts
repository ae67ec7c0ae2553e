import { woodpeckerExecSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

woodpeckerExecSuite(startEmbeddedHandle);
