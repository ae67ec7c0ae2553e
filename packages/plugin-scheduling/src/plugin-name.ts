/** Name of this plugin. */
export const pluginName = '@millrace/plugin-scheduling';
