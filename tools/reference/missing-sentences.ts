/**
 * Sentences for names that core leaves without a comment, because a reader of the code needs none. A test holds that
 * each name has a sentence in one of the two places.
 */
type Sentences = Readonly<Record<string, string>>;

/** By hook. */
export const hookSentences: Sentences = {
  beforeStage: 'Runs before each stage of a session unit.',
  runStage: 'Runs a stage by calling `next`: may time, log or replace it.',
  afterStage: 'Runs after each stage, with its result.',
  jobFinished: 'Is told the result of the job, once, when everything has ended.',
  unitFinished: 'Is told the result of one unit.',
};

/** By failure reason. */
export const reasonSentences: Sentences = {
  image_pull_failed: 'An image could not be pulled.',
  image_name_invalid: 'The name of an image is not a valid reference.',
  image_never_pull: 'The pull policy is `Never`, and the node does not have the image.',
  container_config_error:
    'The node cannot make a container from its spec: a secret, config map or key is missing.',
  container_start_failed: 'A container was made, but could not be started.',
  oom_killed: 'A container used more memory than its limit.',
  pod_unschedulable: 'No node fits the pod in the time that it has to start.',
  pod_start_timeout: 'The pod did not start in the time that it has.',
  pod_deleted: 'Somebody deleted the pod while the job ran.',
  pod_failed: 'The pod failed for a reason that is none of the others; its message says which.',
  evicted: 'The node, or a drain of it, evicted the pod.',
  node_lost: 'The node of the pod does not answer or is gone.',
  quota_exceeded: 'A ResourceQuota of the namespace has no room for the object.',
  api_unreachable: 'The API server cannot be reached: network, name or TLS.',
  api_unauthorized: 'The API server does not know the credential.',
  api_forbidden: 'The credential lacks a right.',
  api_not_found: 'An object is not there.',
  service_account_not_found: 'The service account of the pod does not exist.',
  namespace_terminating: 'The namespace is being deleted.',
  plugin_failed: 'A plugin threw, or did not finish in its time.',
  job_timeout: 'The job took longer than it may.',
  stage_timeout: 'One stage took longer than it may.',
  canceled: 'Somebody asked for the job to be canceled.',
  internal: 'Something failed that is neither of the job nor of its configuration.',
};
