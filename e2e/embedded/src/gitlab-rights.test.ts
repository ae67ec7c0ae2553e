import { gitlabRightsSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

gitlabRightsSuite(startEmbeddedHandle);
