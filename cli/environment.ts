/**
 * Imported before everything else: the modules of the functions read these variables when they are loaded.
 *
 * They log for CloudWatch, as JSON on stdout, where a terminal has its output.
 */
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
// advice for whoever maintains this program, and not for whoever runs it
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
