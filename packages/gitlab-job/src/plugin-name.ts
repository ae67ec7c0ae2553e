/** Name of this plugin, also in the sources of what it contributes. */
export const pluginName = '@millrace/gitlab-job';
