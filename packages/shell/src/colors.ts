/** Colours of GitLab's job log. */
export const RESET = '\u001B[0;m';
export const BOLD_GREEN = '\u001B[32;1m';
export const BOLD_CYAN = '\u001B[36;1m';
export const BOLD_RED = '\u001B[31;1m';
export const YELLOW = '\u001B[0;33m';
