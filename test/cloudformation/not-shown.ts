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
    actions: [
      "cloudwatch:PutMetricData",
      "logs:CreateLogGroup",
      "logs:CreateLogStream",
      "logs:DescribeLogStreams",
      "logs:PutLogEvents",
    ],
    why: "the local SageMaker writes neither metrics nor logs to CloudWatch",
  },
  ...["SerializeImageRole", "ClassifyImageRole", "FilterInferencesRole"].map((role) => ({
    role,
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    why: "ministack writes a Lambda's log itself, not under the function's role",
  })),
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
