import { gitlabRunSingleSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

gitlabRunSingleSuite(startEmbeddedHandle);
