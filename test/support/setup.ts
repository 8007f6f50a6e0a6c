// the CDK's built-in template validation costs 83 ms a template; cfn-lint checks the examples
process.env.CDK_VALIDATION = 'false';
// Node 20 is a supported prerequisite; the SDK's notice would drown the results
process.env.NODE_NO_WARNINGS = '1';
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
