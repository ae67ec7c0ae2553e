import { gitlabJobsSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

gitlabJobsSuite(startEmbeddedHandle);
