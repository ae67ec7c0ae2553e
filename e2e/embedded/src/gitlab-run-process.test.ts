import { gitlabRunProcessSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

gitlabRunProcessSuite(startEmbeddedHandle);
