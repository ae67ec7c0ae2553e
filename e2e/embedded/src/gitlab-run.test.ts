import { gitlabRunSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

gitlabRunSuite(startEmbeddedHandle);
