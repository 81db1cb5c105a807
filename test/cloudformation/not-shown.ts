/** Permissions that the roles need on AWS and that no local run asks for, with the reason. */
export const notShown: readonly {
  /** The logical id in the template. */
  readonly role: string;
  readonly actions: readonly string[] | "all";
  readonly why: string;
}[] = [
  {
    role: "ExecutionRole",
    actions: [
      "ecr:BatchCheckLayerAvailability",
      "ecr:GetDownloadUrlForLayer",
      "ecr:BatchGetImage",
      "ecr:GetAuthorizationToken",
    ],
    why: "the local SageMaker runs the algorithm from the repository and pulls no image",
  },
  {
    role: "ExecutionRole",
    actions: ["cloudwatch:PutMetricData", "logs:DescribeLogStreams"],
    why: "the local SageMaker writes its containers' logs, of which it looks at none, and no metrics of theirs",
  },
  {
    role: "PipelineRole",
    actions: ["cloudformation:ContinueUpdateRollback"],
    why: "no roll-back of the recorded run fails",
  },
  {
    role: "PipelineRole",
    actions: [
      "sagemaker:ListUserProfiles",
      "sagemaker:ListSpaces",
      "sagemaker:ListApps",
      "sagemaker:DescribeDomain",
      "sagemaker:DescribeUserProfile",
      "sagemaker:DescribeSpace",
      "sagemaker:DescribeApp",
      "sagemaker:DeleteDomain",
      "sagemaker:DeleteUserProfile",
      "sagemaker:DeleteSpace",
      "sagemaker:DeleteApp",
    ],
    why: "neither ministack nor the local SageMaker knows Studio",
  },
  ...[
    "SerializeImageRole",
    "ClassifyImageRole",
    "FilterInferencesRole",
    "CollectResultsRole",
    "ClassifyApiRole",
  ].map((role) => ({
    role,
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    why: "ministack writes a Lambda's log itself, not under the function's role",
  })),
  {
    role: "CollectResultsRole",
    actions: ["s3:AbortMultipartUpload"],
    why: "only asked for where an upload in parts fails",
  },
  {
    role: "FleetRole",
    actions: [
      "s3:GetObject",
      "s3:ListMultipartUploadParts",
      "s3:AbortMultipartUpload",
      "states:DescribeExecution",
      "states:StopExecution",
      "states:StartSyncExecution",
      "lambda:InvokeFunction",
      "sns:Publish",
      "logs:CreateLogDelivery",
      "logs:GetLogDelivery",
      "logs:UpdateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:DescribeResourcePolicies",
      "logs:DescribeLogGroups",
      "xray:PutTraceSegments",
      "xray:PutTelemetryRecords",
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
    ],
    why: "the local Distributed Map asks the role for its listing, its children and its results alone",
  },
  {
    role: "SerializeImageRole",
    actions: ["s3:ListBucket"],
    why: "ministack says to a Lambda which keys are missing, whether it may list or not",
  },
  {
    role: "StateMachineRole",
    actions: "all",
    why: "ministack's Step Functions does not work under the state machine's role",
  },
  {
    role: "CloudFormationRole",
    actions: "all",
    why: "ministack's CloudFormation makes resources as the account's root",
  },
];
