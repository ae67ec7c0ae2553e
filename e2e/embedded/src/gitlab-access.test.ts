import { gitlabAccessSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

gitlabAccessSuite(startEmbeddedHandle);
