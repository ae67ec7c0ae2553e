/** What an error code means, and what its reader can do. Sentences are Markdown. */
export interface ErrorMeaning {
  readonly meaning: string;
  readonly act: string;
}

/** By code, in the order of the page. A test holds that the sources and this table have the same codes. */
export const errorMeanings: Readonly<Record<string, ErrorMeaning>> = {
  MILLRACE_E_ARGUMENT: {
    meaning: 'An argument of a command has a value that means nothing.',
    act: 'Write the value as the hint shows.',
  },
  MILLRACE_E_ARTIFACTS_NOT_SAVED: {
    meaning: 'The artifacts of a local job cannot be saved beside the pipeline file.',
    act: "Make the project's folder writable, or run a copy of it.",
  },
  MILLRACE_E_ARTIFACT_PATH: {
    meaning: 'An archive of artifacts has a path that leads out of the folder it is unpacked into.',
    act: 'Look at the job that made the archive: a path or symbolic link in it is absolute or climbs out with `..`.',
  },
  MILLRACE_E_ARTIFACT_TYPE: {
    meaning: 'An archive of artifacts has an entry that is no file, directory or symbolic link.',
    act: 'Leave devices, pipes and sockets out of `artifacts:paths`.',
  },
  MILLRACE_E_BAD_CONTRIBUTION: {
    meaning:
      'A plugin contributed something that pods cannot take: a bad path, or one it must not touch.',
    act: 'Report it to the author of the plugin, or take the plugin out.',
  },
  MILLRACE_E_CANCELED: {
    meaning: 'The work was canceled, or is not needed any more.',
    act: 'Nothing: somebody asked for it, or the rest of the job had ended.',
  },
  MILLRACE_E_CLUSTER_FACTS: {
    meaning: 'The file of `--cluster-facts` cannot be read, or is not JSON.',
    act: 'Give an existing JSON file.',
  },
  MILLRACE_E_CONFIG: {
    meaning: 'The configuration has one or more problems; all are listed, with file, line and key.',
    act: 'Change the keys that the message names.',
  },
  MILLRACE_E_CONFIG_SCHEMA: {
    meaning: 'The settings schema of a plugin validates asynchronously, which is too late.',
    act: 'Its author removes asynchronous refinements and transforms from the schema.',
  },
  MILLRACE_E_CONFIG_SYNTAX: {
    meaning:
      'A file is not valid TOML or YAML, or holds what has no place in it, such as a key twice.',
    act: 'Correct the line that the message names.',
  },
  MILLRACE_E_CONFIG_UNREADABLE: {
    meaning: 'The configuration file cannot be read.',
    act: 'Give an existing file with `--config`, and let this user read it.',
  },
  MILLRACE_E_CONTAINER_CONFIG: {
    meaning:
      'Embedded cluster: a container cannot be made from its spec. It waits with `CreateContainerConfigError`.',
    act: 'Make the secret, config map or key that the message names, or stop referring to it.',
  },
  MILLRACE_E_CONTAINER_START: {
    meaning: 'Embedded cluster: a container could not be made or started.',
    act: "Look at the container's command, working directory and mounts.",
  },
  MILLRACE_E_CONTAINER_TWICE: {
    meaning: 'Two containers of one pod have the same name.',
    act: 'Rename one; services and sidecars count too.',
  },
  MILLRACE_E_DEADLINE: {
    meaning: 'Something was not done within the time that it had.',
    act: 'See what the message says around it; errors of calls and stages have codes of their own.',
  },
  MILLRACE_E_DRIVER_CLOSED: {
    meaning: 'The driver in the pod ended itself, because no session came for too long.',
    act: 'See why the runner was away or could not reach the API server, and run the job again.',
  },
  MILLRACE_E_EXEC_INPUT: {
    meaning: 'Something was written to a command whose input had ended or never existed.',
    act: 'Report it: a defect of the runner or of a plugin.',
  },
  MILLRACE_E_EXEC_LOST: {
    meaning: 'The connection of an exec ended without saying how the command did.',
    act: 'Nothing, as sessions resume; if it happens often, look at proxies and at restarts of the API server.',
  },
  MILLRACE_E_GITLAB_BAD_ANSWER: {
    meaning: 'An answer of GitLab is not JSON, cannot be decoded, or is far too long.',
    act: 'Check that the `url` of the runner is GitLab and not a login page, and that no proxy changes answers.',
  },
  MILLRACE_E_GITLAB_CLOSED: {
    meaning: 'The connection to GitLab was closed while a call ran.',
    act: 'Nothing: the program was about to end.',
  },
  MILLRACE_E_GITLAB_PROXY: {
    meaning: 'The proxy for GitLab has an address that is not that of an HTTP proxy.',
    act: 'Write `HTTP_PROXY` and `HTTPS_PROXY` as `http://host:port`; SOCKS proxies are not supported.',
  },
  MILLRACE_E_GITLAB_TIMEOUT: {
    meaning: 'GitLab did not answer in time; it may have carried the call out.',
    act: 'Look at the load of GitLab and at the network; the call is made again where that is safe.',
  },
  MILLRACE_E_GITLAB_UNREACHABLE: {
    meaning: 'GitLab cannot be reached: name, network, proxy or TLS.',
    act: 'Check the address, the network and the certificate authority, as the hint says.',
  },
  MILLRACE_E_GITLAB_URL: {
    meaning: 'The `url` of a runner is not an `http` or `https` URL.',
    act: 'Write it as `https://gitlab.example.com`.',
  },
  MILLRACE_E_IMAGE: {
    meaning: 'Embedded cluster: an image cannot be had.',
    act: 'Put it unpacked into the folder of `--images`, or use the name of one that is there.',
  },
  MILLRACE_E_IMAGES_RULES: {
    meaning: 'Two rules for images are equally close to a container and say different things.',
    act: 'Name the container in one of the two rules.',
  },
  MILLRACE_E_IMAGE_NAME: {
    meaning: 'The name of an image is not a valid reference.',
    act: 'Write `[host[:port]/]name[:tag][@digest]` in small letters; look for variables that are empty.',
  },
  MILLRACE_E_INTERRUPTED: {
    meaning: 'The runner was told to end by a signal while the job ran.',
    act: 'Run the job again. To let jobs end first, send SIGQUIT instead of SIGTERM; to leave them to the next start, set `on_terminate = "detach"` in `[millrace]`.',
  },
  MILLRACE_E_JOB_CREDENTIAL: {
    meaning:
      'The job brings a token of its own for the Kubernetes API to a program that runs all jobs with one credential.',
    act: 'Remove `KUBERNETES_BEARER_TOKEN` from the job, or `bearer_token_overwrite_allowed` from the configuration.',
  },
  MILLRACE_E_JOB_TIMEOUT: {
    meaning: 'The job took longer than its timeout.',
    act: "Raise the job's timeout, or make it do less.",
  },
  MILLRACE_E_KUBE_ADMISSION_DENIED: {
    meaning: "An admission webhook refused the object; the words are the webhook's.",
    act: 'Change the settings so that the policy of the cluster is met, or ask for an exception.',
  },
  MILLRACE_E_KUBE_ALREADY_EXISTS: {
    meaning: "An object of that name exists and is not this job's.",
    act: 'Remove what is left over, or see whether two runners share a name and a namespace.',
  },
  MILLRACE_E_KUBE_BAD_ANSWER: {
    meaning: 'The answer is not JSON, or not what the API sends.',
    act: 'Check that the address is the API server and not a login page, and that no proxy changes answers.',
  },
  MILLRACE_E_KUBE_CLOSED: {
    meaning: 'The connection to the API server was closed while a call ran.',
    act: 'Nothing: the program was about to end.',
  },
  MILLRACE_E_KUBE_CONFLICT: {
    meaning: 'The object was changed by somebody else meanwhile.',
    act: 'Nothing where it is repeated; otherwise look for a controller that changes the pods of jobs.',
  },
  MILLRACE_E_KUBE_CONTAINER_NOT_STARTED: {
    meaning: 'Logs were asked of a container that has not started yet.',
    act: 'Nothing: the call is repeated.',
  },
  MILLRACE_E_KUBE_CREDENTIALS: {
    meaning:
      'A setting or file of the connection to the API server is missing, unreadable or not supported.',
    act: 'Change the setting or file that the message names.',
  },
  MILLRACE_E_KUBE_EXPIRED: {
    meaning: 'The version from which a watch or list goes on is no longer kept.',
    act: 'Nothing: the watch begins anew.',
  },
  MILLRACE_E_KUBE_FORBIDDEN: {
    meaning: 'The runner lacks a right.',
    act: 'Grant the verb on the resource that the message names with a Role and a RoleBinding.',
  },
  MILLRACE_E_KUBE_NAMESPACE_TERMINATING: {
    meaning: 'The namespace is being deleted and takes no new objects.',
    act: 'Wait until it is gone and made again, or use another one.',
  },
  MILLRACE_E_KUBE_NODE_UNREACHABLE: {
    meaning: "The API server cannot reach the kubelet of the pod's node.",
    act: 'Look at the node and at the network between the two; the call is repeated.',
  },
  MILLRACE_E_KUBE_NOT_FOUND: {
    meaning: 'The object, or its namespace, is not there.',
    act: 'Check the names; an object of a running job was deleted by somebody else.',
  },
  MILLRACE_E_KUBE_POD_SECURITY: {
    meaning: "The namespace's Pod Security level refuses the pod.",
    act: "Change the settings that the message names, or the namespace's label `pod-security.kubernetes.io/enforce`.",
  },
  MILLRACE_E_KUBE_QUOTA: {
    meaning: 'A ResourceQuota of the namespace has no room for the object.',
    act: 'Wait for other jobs to end, ask for less, or raise the quota.',
  },
  MILLRACE_E_KUBE_REJECTED: {
    meaning: 'The API server does not accept the object or the call.',
    act: 'Change the settings behind the fields that the message names.',
  },
  MILLRACE_E_KUBE_RESPONSE_TOO_LARGE: {
    meaning: 'An answer of the API server is larger than the connection accepts.',
    act: 'Select fewer objects, or raise the limit of the connection.',
  },
  MILLRACE_E_KUBE_SERVICE_ACCOUNT: {
    meaning: 'The service account of the pod does not exist, or has no token yet.',
    act: 'Create the service account, or name another one.',
  },
  MILLRACE_E_KUBE_TIMEOUT: {
    meaning: 'The API server did not answer in time; it may have carried the call out.',
    act: 'Look at the load of the API server and at the network.',
  },
  MILLRACE_E_KUBE_TOO_MANY_REQUESTS: {
    meaning: 'The API server asks for patience.',
    act: 'Nothing at first, as the call is repeated; otherwise see which client overloads it.',
  },
  MILLRACE_E_KUBE_UNAUTHORIZED: {
    meaning: 'The credential is missing, expired or not known to this cluster.',
    act: 'Renew the token or certificate that the runner uses.',
  },
  MILLRACE_E_KUBE_UNAVAILABLE: {
    meaning: 'The API server cannot answer at the moment.',
    act: 'Nothing at first, as the call is repeated; otherwise look at the control plane.',
  },
  MILLRACE_E_KUBE_UNEXPECTED_STATUS: {
    meaning: 'The answer has an HTTP status that is not known.',
    act: 'Look for a proxy between the runner and the API server.',
  },
  MILLRACE_E_KUBE_UNREACHABLE: {
    meaning: 'The API server cannot be reached: name, network or TLS.',
    act: 'Check the address, the network and the certificate authority, as the hint says.',
  },
  MILLRACE_E_KUBE_UPGRADE: {
    meaning: 'The connection could not become a WebSocket for exec.',
    act: 'Let proxies in front of the API server pass WebSockets; exec protocol v4 or v5 is needed.',
  },
  MILLRACE_E_KUBE_WATCH_LAGGING: {
    meaning: 'Whoever reads a watch is too far behind.',
    act: 'Report it: the runner, or a plugin that watches, does not keep up.',
  },
  MILLRACE_E_KUBE_WATCH_SILENT: {
    meaning: 'Nothing came over a watch for too long, so it was given up.',
    act: 'Nothing: the watch goes on over a new connection.',
  },
  MILLRACE_E_KUBE_WEBHOOK_UNREACHABLE: {
    meaning: 'The API server cannot reach an admission webhook of the cluster.',
    act: 'Look at the service of the webhook that the message names.',
  },
  MILLRACE_E_LOG_GAP: {
    meaning: 'Bytes of a log are missing between what was delivered and what came next.',
    act: 'Nothing: the log is read again from the delivered position.',
  },
  MILLRACE_E_LOG_LOST: {
    meaning: 'The log of the job could not be written, so that the job was stopped.',
    act: 'Look at where the log goes: a full disk, or an output that was closed.',
  },
  MILLRACE_E_NAME: {
    meaning: 'Nothing of a name is left that Kubernetes accepts.',
    act: 'Use letters, digits and dashes.',
  },
  MILLRACE_E_NAME_INVALID: {
    meaning: 'A name of a stage, path or pattern cannot be sent to the pod.',
    act: 'Rename it: no line break or NUL; names of stages also without slash and leading dot, at most 200 characters.',
  },
  MILLRACE_E_NOT_ADOPTED: {
    meaning:
      'The runner was restarted, and the new process could not go on with a job of the old one.',
    act: 'Look at the reason in the message: plugins that are not loaded now, or a job too large for its record.',
  },
  MILLRACE_E_PATCH: {
    meaning: 'A patch cannot be applied; the words are those of the Kubernetes libraries.',
    act: 'Correct the patch; `explain` shows the pod that it is applied to.',
  },
  MILLRACE_E_PATTERN: {
    meaning: 'A regular expression is not valid RE2.',
    act: 'Correct it; RE2 has no backreferences and no lookaround.',
  },
  MILLRACE_E_PAYLOAD: {
    meaning: "A job's payload cannot be read, or a field of it has another type than the server's.",
    act: 'Compare it with the answer of GitLab to a job request, or with the backend configuration of a Woodpecker server.',
  },
  MILLRACE_E_PIPELINE: {
    meaning:
      'The pipeline file has one or more problems, or uses what local jobs do not support; all are listed.',
    act: 'Change the keys that the message names; what is supported is in the READMEs of [gitlab-ci](../../packages/gitlab-ci/README.md) and [woodpecker-pipeline](../../packages/woodpecker-pipeline/README.md).',
  },
  MILLRACE_E_PIPELINE_JOB: {
    meaning: 'The pipeline has no job of that name.',
    act: 'Choose one of those that the message lists.',
  },
  MILLRACE_E_PIPELINE_UNREADABLE: {
    meaning: 'The pipeline file cannot be read.',
    act: 'Run the command where the file is, or give its path with `--file`.',
  },
  MILLRACE_E_PLACEHOLDER: {
    meaning: 'A planned object has a placeholder that has no value yet.',
    act: 'Report it to the author of the plugin: a uid is known only of units whose pod was made before.',
  },
  MILLRACE_E_PLUGIN_FAILED: {
    meaning: 'A plugin threw: while it was set up, in a hook, or making a service.',
    act: 'Take the plugin that the message names out, or report it to its author.',
  },
  MILLRACE_E_PLUGIN_TIMEOUT: {
    meaning: 'A plugin did not finish a hook within its [budget](hooks.md).',
    act: 'See what the plugin waits for; take it out, or report it to its author.',
  },
  MILLRACE_E_POD_FAILED: {
    meaning:
      "The pod failed; the message tells the pod's story, and the reason says which kind it is.",
    act: 'Go by the [failure reason](failure-reasons.md); the job can be run again.',
  },
  MILLRACE_E_POD_REQUEST: {
    meaning: "The pod could not carry out a request for files; the words are the pod's.",
    act: 'Look at the path that the message names: rights, free space, and whether it exists in the pod.',
  },
  MILLRACE_E_POD_START_TIMEOUT: {
    meaning: 'The pod did not start in the time that it has.',
    act: 'Look at its events, which the job log tells; raise `poll_timeout` if nodes or images are slow.',
  },
  MILLRACE_E_PRECONDITION: {
    meaning:
      'An object that the pod needs is not there, such as a service account or a pull secret.',
    act: 'Create the object that the message names, or stop naming it.',
  },
  MILLRACE_E_QUANTITY: {
    meaning: 'A quantity of CPU, memory or storage cannot be read.',
    act: 'Write a number with a suffix that Kubernetes knows: `500m`, `2Gi`, `1.5`.',
  },
  MILLRACE_E_RESULT_UNKNOWN: {
    meaning: 'Nobody can say how a stage ended; it is never taken for a success.',
    act: 'See what happened to the pod or its node, and run the job again.',
  },
  MILLRACE_E_SELECTOR: {
    meaning: 'A label or field selector is not valid.',
    act: "Correct it as Kubernetes' words in the message say.",
  },
  MILLRACE_E_SERVICE_MISSING: {
    meaning: 'A plugin needs a service that nobody offers.',
    act: 'Load the plugin that offers it, or take out the one that needs it.',
  },
  MILLRACE_E_SESSION_CLOSED: {
    meaning: "The session with the job's pod was closed while something waited for it.",
    act: 'Nothing: the job was ending.',
  },
  MILLRACE_E_SESSION_FENCED: {
    meaning: "A newer session has taken over this job's pod.",
    act: 'See that no two runner processes use the same state directory.',
  },
  MILLRACE_E_SESSION_LOST: {
    meaning: "No connection to the job's pod could be had for too long.",
    act: 'Look at the API server, the node and the network; the message has the last failure.',
  },
  MILLRACE_E_SHELL_NUL: {
    meaning: 'A variable or command holds a NUL character, which no shell can pass on.',
    act: 'Remove it.',
  },
  MILLRACE_E_SOURCE_CHANGED: {
    meaning: 'A source file changed its size while it was being read.',
    act: 'Do not change the sources while they are read, and run the job again.',
  },
  MILLRACE_E_STAGE_STOPPED: {
    meaning: 'A stage was stopped before it began.',
    act: 'Nothing: somebody asked for it.',
  },
  MILLRACE_E_STAGE_TAKEN: {
    meaning: 'A stage was already started under this attempt by somebody else.',
    act: 'See that no two runner processes use the same state directory.',
  },
  MILLRACE_E_STAGE_TIMEOUT: {
    meaning: 'A stage took longer than it may.',
    act: 'Make it do less, or raise the timeout of its stage.',
  },
  MILLRACE_E_STATE_LOCKED: {
    meaning: 'Another running process owns the state directory.',
    act: 'End that process, or give this one a state directory of its own.',
  },
  MILLRACE_E_STORE_CONFLICT: {
    meaning: "A job's record was changed by another writer.",
    act: 'See that no two runner processes use the same state directory.',
  },
  MILLRACE_E_STORE_DAMAGED: {
    meaning: "A job's record is not JSON.",
    act: 'Remove the file that the message names; its job is not adopted.',
  },
  MILLRACE_E_STORE_SIZE: {
    meaning:
      "A job's record is too large to be kept. The job runs, but after a restart it could only be ended.",
    act: "Shorten the job's scripts or variables.",
  },
  MILLRACE_E_STORE_VERSION: {
    meaning: "A job's record was written by another version of the program.",
    act: 'Start the version that wrote it and let the job end, or remove the file.',
  },
  MILLRACE_E_TRACE_UNREADABLE: {
    meaning: "The log of a job cannot be read from the runner's disk, so that it cannot be sent.",
    act: 'Look at the disk of the state directory, and at who else writes there; it is tried again.',
  },
  MILLRACE_E_UNEXPECTED: {
    meaning: 'Something threw an error that millrace does not know.',
    act: 'Report it with the message, unless that already says what is wrong.',
  },
  MILLRACE_E_VOLUME: {
    meaning: 'Embedded cluster: a volume cannot be set up now. The pod waits with `FailedMount`.',
    act: 'Make the object that the message names, or use a type of volume that is supported.',
  },
  MILLRACE_E_WATCH_CLOSED: {
    meaning: 'The watch of the pods ended while a job needed it.',
    act: 'Nothing if the program was ending; otherwise look at the connection to the API server.',
  },
  MILLRACE_E_WOODPECKER_ADDRESS: {
    meaning: 'The socket that `WOODPECKER_SERVER` names is not there.',
    act: 'Correct the path after `unix://`, or start the server first.',
  },
  MILLRACE_E_WOODPECKER_ANSWER: {
    meaning: 'A Woodpecker server gave an answer that no Woodpecker server gives.',
    act: 'Check that `WOODPECKER_SERVER` is the gRPC address of a Woodpecker server.',
  },
  MILLRACE_E_WOODPECKER_BACKEND: {
    meaning:
      'The Woodpecker agent has no backend: there is no cluster, or another backend is asked for.',
    act: 'Run the agent in a pod, or set `KUBERNETES_SERVICE_HOST` and `KUBECONFIG`; leave `WOODPECKER_BACKEND` out or set it to `kubernetes`.',
  },
  MILLRACE_E_WOODPECKER_CALL: {
    meaning: 'A call to the Woodpecker server failed; the message has its words and the status.',
    act: 'Check address, TLS and secret for `UNAVAILABLE` and `UNAUTHENTICATED`; otherwise look at the server’s log.',
  },
  MILLRACE_E_WOODPECKER_LABELS: {
    meaning: 'An agent without any label asked for workflows.',
    act: 'Leave it at least one of the labels `hostname`, `platform`, `backend` and `repo`.',
  },
  MILLRACE_E_WOODPECKER_LOST: {
    meaning: 'The Woodpecker server could not be reached for as long as calls are retried.',
    act: 'Check that the server runs and can be reached; `WOODPECKER_RETRY_TIMEOUT` says how long is tried.',
  },
  MILLRACE_E_WOODPECKER_RETRIES: {
    meaning: 'A call to the Woodpecker server failed again and again until its time was up.',
    act: 'Look at the server’s log; `WOODPECKER_RETRY_TIMEOUT` says how long is tried.',
  },
  MILLRACE_E_WOODPECKER_VERSION: {
    meaning: 'The Woodpecker server speaks another version of the agent protocol.',
    act: 'Use a release of the server or of the agent that matches the other.',
  },
};
