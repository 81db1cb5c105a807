/** A page of the AWS console, by the region's partition. */
export interface ConsoleLinks {
  trainingJob(name: string): string;
  /** The job's streams in the log group that all training jobs share. */
  trainingLog(jobName: string): string;
  transformJob(name: string): string;
  transformLog(jobName: string): string;
  /**
   * Of a versioned package. The console may show its start page instead: versions are Studio's, and
   * no documentation gives this address.
   */
  modelPackage(arn: string): string;
  endpoint(name: string): string;
  endpointLog(endpointName: string): string;
  /** @param nameOrId the id finds a stack that was deleted, too */
  stack(nameOrId: string): string;
  /** The state machine's page, which lists its executions. */
  executions(stateMachineArn: string): string;
  logGroup(name: string, streamPrefix?: string): string;
  dashboard(name: string): string;
  /** What lies under a prefix, `s3://bucket/prefix/`. */
  objects(uri: string): string;
  /** An object's page, from where it is opened, `s3://bucket/key`. */
  object(uri: string): string;
}

/**
 * Links into the console of the region's partition: aws, aws-cn or aws-us-gov. The addresses are
 * not documented by AWS; these are the forms that its own samples and public projects use.
 */
export function consoleLinks(region: string): ConsoleLinks {
  const base = `https://${region}.${hostOf(region)}`;
  const page = (service: string, fragment: string) =>
    `${base}/${service}/home?region=${region}#${fragment}`;
  const sageMaker = (kind: string, name: string) =>
    page("sagemaker", `/${kind}/${encodeURIComponent(name)}`);
  const logGroup = (name: string, streamPrefix?: string) => {
    const filter =
      streamPrefix === undefined ? "" : `$3FlogStreamNameFilter$3D${twice(streamPrefix)}`;
    return page("cloudwatch", `logsV2:log-groups/log-group/${twice(name)}${filter}`);
  };
  const s3Page = (kind: string, uri: string) => {
    const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? [];
    return `${base}/s3/${kind}/${bucket}?region=${region}&prefix=${encodeURIComponent(key)}`;
  };
  return {
    trainingJob: (name) => sageMaker("jobs", name),
    trainingLog: (jobName) => logGroup("/aws/sagemaker/TrainingJobs", `${jobName}/`),
    transformJob: (name) => sageMaker("transform-jobs", name),
    transformLog: (jobName) => logGroup("/aws/sagemaker/TransformJobs", `${jobName}/`),
    modelPackage: (arn) => sageMaker("model-packages", arn.slice(arn.indexOf("/") + 1)),
    endpoint: (name) => sageMaker("endpoints", name),
    endpointLog: (endpointName) => logGroup(`/aws/sagemaker/Endpoints/${endpointName}`),
    stack: (nameOrId) =>
      page("cloudformation", `/stacks/stackinfo?stackId=${encodeURIComponent(nameOrId)}`),
    executions: (stateMachineArn) => page("states", `/statemachines/view/${stateMachineArn}`),
    logGroup,
    dashboard: (name) => page("cloudwatch", `dashboards/dashboard/${encodeURIComponent(name)}`),
    objects: (uri) => s3Page("buckets", uri),
    object: (uri) => s3Page("object", uri),
  };
}

function hostOf(region: string): string {
  if (region.startsWith("cn-")) return "console.amazonaws.cn";
  if (region.startsWith("us-gov-")) return "console.amazonaws-us-gov.com";
  return "console.aws.amazon.com";
}

/** As CloudWatch's console wants its fragment's values: encoded twice, with `$` for `%`. */
function twice(value: string): string {
  return encodeURIComponent(encodeURIComponent(value)).replaceAll("%", "$");
}
