import { BOLD_CYAN, BOLD_GREEN, BOLD_RED, CLEAR, RESET, YELLOW } from '@millrace/logstream';

/** Lines of a job log in GitLab Runner's forms, each with its newline. */
export const logLines = {
  plain: (text: string): string => `${CLEAR}${text}${RESET}\n`,
  info: (text: string): string => `${BOLD_GREEN}${text}${RESET}\n`,
  warning: (text: string): string => `${YELLOW}WARNING: ${text}${RESET}\n`,
  error: (text: string): string => `${BOLD_RED}ERROR: ${text}${RESET}\n`,
  title: (text: string): string => `${CLEAR}${BOLD_CYAN}${text}${RESET}${RESET}\n`,
} as const;
